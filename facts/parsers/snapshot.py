"""Snapshots of ZFS, by dataset: ``zfs list -H -p -t snapshot -o name,creation``. Standard library only.

Not ``snapshots_changed``, though one row each is all that it costs: it also moves when a snapshot goes, so
that a dataset of which snapshots are only pruned any more would seem fresh.
Nor names alone, in the order of their transactions: of 5,000 snapshots they took three quarters of the time.
A replica keeps the times of its source: its newest snapshot shows how far back the data is that it holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from facts.tool_output import ToolOutput
from facts.values import Failed, Value, decoded, shown

NONE = "no datasets available"
COLUMNS = "name,creation"
DIGITS = 12
"""Seconds since 1970 with more of them are no time."""


@dataclass(frozen=True)
class Dataset:
    """One dataset that has snapshots: how many, and when the newest was taken, in seconds since 1970."""

    name: str
    snapshots: int
    newest_seconds: int


@dataclass(frozen=True)
class Snapshots:
    """The datasets that have snapshots, by name; none is an empty tuple."""

    datasets: Value[tuple[Dataset, ...]]


def from_output(output: ToolOutput) -> Snapshots:
    """The datasets by ``zfs list -t snapshot``; a command that failed may hide the newest."""
    if failed := output.failure("zfsutils-linux"):
        return Snapshots(failed)
    return Snapshots(output.complaint) if output.code else parse(output.out)


def parse(raw: bytes | str) -> Snapshots:
    """The datasets; a line that is no snapshot makes the whole an error, since it may hide the newest."""
    newest: dict[str, int] = {}
    counted: dict[str, int] = {}
    for line in decoded(raw).split("\n"):
        if not line.strip() or line.strip() == NONE:
            continue
        name, _, created = line.partition("\t")
        dataset, at, label = name.partition("@")
        if not (dataset and at and label and created.isascii() and created.isdigit()):
            return Snapshots(Failed(f"no snapshot: {shown(line)!r}"))
        if len(created) > DIGITS:
            return Snapshots(Failed(f"no time of a snapshot: {shown(line)!r}"))
        newest[dataset] = max(newest.get(dataset, 0), int(created))
        counted[dataset] = counted.get(dataset, 0) + 1
    return Snapshots(tuple(Dataset(name, counted[name], newest[name]) for name in sorted(newest)))
