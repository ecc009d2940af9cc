"""The recovery key: a recipient of the stores whose identity is on paper alone, and when that was checked.

What is written down of it, in ``recovery.json`` beside the stores, is public: it is committed, so that every
operator and every host that is applied knows how old the last check is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rigwright import atomic
from rigwright.errors import RigError
from rigwright.secrets import age, store
from rigwright.secrets.recipients import KEY, Recipient

RECORD = "recovery.json"
NAME = "recovery sheet of {:%Y-%m-%d}"
UNPROVED_DAYS = 380
"""A year, and two weeks to find the sheet."""
TYPED = str.maketrans("OBI", "08L")
"""Bech32 has no O, B and I (BIP 173): what a person took for one is another, and the checksum proves it."""


@dataclass(frozen=True)
class Recovery:
    """What is known of the recovery key of a folder of stores.

    Attributes:
        directory: The folder.
        key: The public key; None: whoever lost every operator's identity has lost the secrets.
        made: When the sheet was made.
        proved: When the sheet's text opened every store last.
    """

    directory: str
    key: str | None = None
    made: datetime | None = None
    proved: datetime | None = None


def read(directory: Path) -> Recovery:
    """What is known of a folder's; a key that is no recipient any more opens nothing, and is none.

    Raises:
        RigError: The record is damaged.
    """
    path = directory / RECORD
    none = Recovery(str(directory))
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        found = Recovery(str(directory), _key(raw), _time(raw["made"]), _time(raw["proved"]))
    except FileNotFoundError:
        return none
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise RigError(
            "the record of the recovery sheet is damaged",
            file=str(path),
            next_step=f"git checkout -- {path}, or `rig backup sheet --replace`",
        ) from error
    listed = store.read_recipients(directory)
    return found if any(one.key == found.key for one in listed) else none


def _key(raw: Mapping[str, Any]) -> str:
    if not KEY.fullmatch(raw["key"]):
        raise ValueError(raw["key"])
    return str(raw["key"])


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(timezone.utc)


def adopt(directory: Path, identity: age.Identity, now: datetime) -> list[str]:
    """Make the stores readable by a new recovery key, in place of the one before; names of the stores.

    Nothing of the identity is written.

    Raises:
        RigError: The stores cannot be changed, or the identity does not open what was written.
    """
    new = Recipient(NAME.format(now), age.public_key(identity))
    old = read(directory).key
    changed = store.change_recipients(
        directory, lambda listed: (*(one for one in listed if one.key != old), new)
    )
    for path, _ in changed:
        store.read(path, [identity])
    _write(Recovery(str(directory), new.key, now))
    return [path.name for path, _ in changed]


def prove(directory: Path, identity: age.Identity) -> dict[str, int]:
    """Prove that a sheet's identity opens every store; how many secrets there are, by the store's name.

    Raises:
        RigError: It is another sheet's, or does not open one of them.
    """
    known = read(directory)
    key = age.public_key(identity)
    if known.key is None or known.made is None:
        raise RigError(
            "there is no recovery sheet for these stores",
            file=str(directory),
            next_step="make one: rig backup sheet",
        )
    if key != known.key:
        raise RigError(
            f"this is another sheet, of {key}; in use is that of {known.made:%Y-%m-%d}, of {known.key}",
            file=str(directory / RECORD),
            next_step="check that one, and destroy this one if it was replaced",
        )
    found = {path.name: len(store.read(path, [identity]).entries) for path in store.stores(directory)}
    if not found:
        raise RigError(
            "there is no store that it could open", file=str(directory), next_step="rig secret set"
        )
    return found


def record(directory: Path, now: datetime) -> None:
    """Write down that the sheet in use was proved."""
    _write(replace(read(directory), proved=now))


def _write(known: Recovery) -> None:
    content = {
        "key": known.key,
        "made": known.made.isoformat(timespec="seconds") if known.made else None,
        "proved": known.proved.isoformat(timespec="seconds") if known.proved else None,
    }
    directory = Path(known.directory)
    with atomic.locked(directory):
        atomic.replace(directory / RECORD, json.dumps(content, indent=1).encode() + b"\n", mode=0o644)


def typed(text: str) -> age.Identity | None:
    """The identity in a sheet's text as a person types it: in groups, on lines, in any case; None: none.

    A wrong letter is noticed by the checksum.
    """
    letters = "".join(text.split()).upper().replace("\u2013", "-")
    start = letters.find(age.IDENTITY_PREFIX)
    if start < 0:
        return None
    head = start + len(age.IDENTITY_PREFIX) + 1  # and the 1 that ends the first part
    found = age.identities(letters[start:head] + letters[head:].translate(TYPED))
    return found[0] if found else None
