"""How a subsystem is applied where it has no ``deploy.py`` of its own: in one transaction on the host."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import cast

from rigwright.apply.operations import converge
from rigwright.desired import Desired
from rigwright.settings.platform import Platform

Deploy = Callable[[Desired | None, Platform], None]


def deploy_of(subsystem: str) -> Deploy:
    """What applies a subsystem: ``deploy`` of ``deploys/<subsystem>/deploy.py``, else the default.

    Both take what is desired, None where the host has none of the subsystem, and the platform.
    """
    if importlib.util.find_spec(f"deploys.{subsystem}.deploy"):
        return cast("Deploy", importlib.import_module(f"deploys.{subsystem}.deploy").deploy)
    return _default


def _default(desired: Desired | None, platform: Platform) -> None:
    """Bring a subsystem to this; what the inventory dropped is removed before, with the packages."""
    if desired is not None:
        # The others do not wait for it: what depends on it is left out, and the last operation fails.
        converge(name=title(desired.subsystem), desired=desired, platform=platform, _ignore_errors=True)


def title(subsystem: str) -> str:
    """The operation's name, from the first line of the subsystem's package: ``nginx | Web server, TLS``."""
    first = (importlib.import_module(f"deploys.{subsystem}").__doc__ or "").partition("\n")[0]
    what = first.removeprefix(f"{subsystem}: ").rstrip(".")
    return f"{subsystem} | {what[:1].upper()}{what[1:]}"
