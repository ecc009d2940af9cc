"""No secret of a real host reaches the lab host that stands in for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from deploys.rig import Rig
from rigwright.errors import RigError
from rigwright.secrets.value import Secret


def refuse_real_secrets(rig: Rig, real: Iterable[Secret]) -> None:
    """Search everything that would be written or run for the values.

    Raises:
        RigError: One is there.
    """
    every = rig.desired()
    written = b"\n".join(file.content for one in every for file in one.files)
    others = repr([[getattr(one, field.name) for field in dataclasses.fields(one)] for one in every])
    for secret in real:
        value = secret.reveal_bytes().strip()
        if value and (value in written or value.decode("utf-8", "replace") in others):
            raise RigError(
                f"the lab host would hold the real secret {secret.name}, of which none can be made up",
                next_step="leave the setting that takes it out of this host, and rehearse the rest",
            )
