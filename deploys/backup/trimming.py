"""What of the second place may be deleted. Pure; it runs on hosts, with the standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DAY_SECONDS = 86_400
STEP_SECONDS = 8 * DAY_SECONDS
"""Between two copies at most so much counts: a clock that jumps, or a host that was off, deletes nothing."""
SHARE = 0.5
"""At most so much of the files, and of their bytes, is deleted at once."""


@dataclass(frozen=True)
class Trim:
    """What becomes of the second place.

    Attributes:
        delete: Names of files.
        waited: For how many seconds each of the others has been gone from the first place.
        refused: Why nothing is deleted, though something is due; else empty.
    """

    delete: tuple[str, ...]
    waited: dict[str, float]
    refused: str = ""


def trim(
    first: Iterable[str],
    second: Mapping[str, int],
    waited: Mapping[str, float],
    passed: float,
    delay: float,
) -> Trim:
    """What to delete of a copy.

    Args:
        first: Files of the first place.
        second: Files of the copy, with their sizes.
        waited: As it was returned the last time.
        passed: Seconds since then.
        delay: Seconds for which a file must be gone.
    """
    there = {*first}
    step = min(max(passed, 0.0), STEP_SECONDS)
    gone = {name: waited[name] + step if name in waited else 0.0 for name in second if name not in there}
    due = sorted(name for name, seconds in gone.items() if seconds >= delay)
    if not due:
        return Trim((), gone)
    if not there:
        return Trim((), gone, "the first place is empty: nothing is deleted in the copy")
    bytes_due, bytes_all = sum(second[name] for name in due), sum(second.values())
    if len(due) > len(second) * SHARE or bytes_due > bytes_all * SHARE:
        return Trim(
            (),
            gone,
            f"{len(due)} of {len(second)} files, {bytes_due} of {bytes_all} bytes, are gone from the first "
            "place: that is too much to delete at once",
        )
    return Trim(tuple(due), {name: seconds for name, seconds in gone.items() if name not in {*due}})
