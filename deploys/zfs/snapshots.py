"""What can be chosen about snapshots and their copies in another pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.zfs.values import DatasetName
from rigwright.settings.base import Many, Settings

Kind = Literal["hourly", "daily", "weekly", "monthly", "yearly"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LATE_HOURS: Mapping[Kind, int] = {
    "hourly": 2,
    "daily": 28,
    "weekly": 8 * 24,
    "monthly": 32 * 24,
    "yearly": 366 * 24,
}
"""From what age on the newest of a kind is late: sanoid's own warnings (90 minutes, 28 hours, 32 days), and a
day for weekly ones."""
COPIED_HOURS: Mapping[str, int] = {
    "minutely": 1,
    "hourly": 1,
    "daily": 24,
    "weekly": 7 * 24,
    "monthly": 31 * 24,
}
"""How long it is at most from one copy to the next, by systemd's words; what is none of them is a day."""
Count = Annotated[int, Field(ge=0, le=1000)]


class Snapshots(Settings):
    """How many snapshots of each kind are kept.

    Sanoid takes them every quarter of an hour where one is due, and removes those that are too many.
    """

    hourly: Count = 36
    """Hourly ones."""

    daily: Count = 30
    """Daily ones."""

    weekly: Count = 8
    """Weekly ones."""

    monthly: Count = 6
    """Monthly ones."""

    yearly: Count = 1
    """Yearly ones."""

    remove_all: Many[Kind] = ()
    """The kinds whose count is 0, once more: that many removes every snapshot of the kind that is there, at
    the next quarter of an hour."""

    @model_validator(mode="after")
    def _zero_is_meant(self) -> Self:
        zero = {kind for kind in KINDS if self.count(kind) == 0}
        if silent := sorted(zero - {*self.remove_all}):
            raise ValueError(
                f"{silent[0]}: 0 removes every {silent[0]} snapshot that is there; "
                f'if you want that, add "{silent[0]}" to remove_all'
            )
        if kept := sorted({*self.remove_all} - zero):
            raise ValueError(f"remove_all: names {kept[0]}, of which {self.count(kept[0])} are kept")
        return self

    @property
    def late_hours(self) -> int | None:
        """From what age on the newest of them is late; None where none are taken."""
        return next((LATE_HOURS[kind] for kind in KINDS if self.count(kind)), None)

    def count(self, kind: str) -> int:
        """How many of a kind are kept."""
        return int(getattr(self, kind))


class Replica(Settings):
    """A copy of a dataset in another pool, with its snapshots; what changed is sent, not the whole."""

    source: DatasetName
    """A dataset with ``snapshots``."""

    target: DatasetName
    """Where the copy is, below a dataset of another pool. It is made by the first copy, it is never mounted,
    and nothing else may write to it."""

    keep: Snapshots = Snapshots()
    """How many snapshots the copy keeps: more than the source has, where the disk is large."""
