"""What a host knows of the recovery key of its passphrases, so that it can remind of the check."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from rigwright.secrets.recovery import Recovery, read

RECOVERY = "/etc/rigwright/backup/recovery.json"


def known_key(stores: Iterable[str | None]) -> bytes | None:
    """The file with the one that lacks a sheet, or has the oldest check; None: no passphrase is from a store.

    ``stores`` are the folders of the stores that have the passphrases.
    ``key`` is public; ``checked`` is when the sheet was checked last, or made, in seconds since the epoch.
    """
    folders = sorted({store for store in stores if store})
    if not folders:
        return None
    worst = min((read(Path(folder)) for folder in folders), key=_checked)
    return json.dumps({"key": worst.key, "checked": _checked(worst)}, indent=1).encode() + b"\n"


def _checked(one: Recovery) -> int:
    at = one.proved or one.made
    return int(at.timestamp()) if one.key and at else 0
