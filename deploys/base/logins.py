"""What can be chosen about failed logins."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rigwright.settings.base import Settings


class FailedLogins(Settings):
    """More failed logins than this, over SSH, at the console, with sudo and with su, are an alert.

    A host that the whole internet can reach has some at all times: check what is usual there.
    """

    at_most: Annotated[int, Field(ge=1, le=1_000_000)] = 50
    """So many are usual. Ten addresses make them before fail2ban has shut all ten out, at five each."""

    within_minutes: Annotated[int, Field(ge=2, le=1440)] = 10
    """Counted within so long. They are counted once a minute."""
