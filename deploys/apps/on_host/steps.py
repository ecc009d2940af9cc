"""The steps of a release, and what becomes of the record at each of them. Pure.

Cut off before ``switching``, a release is taken back. From there on requests may go to the new instances: it
is finished where they are ready, and else taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from deploys.apps.on_host.record import Change, Event, Record, RecordError, Release

STEPS = ("planned", "pulled", "started", "ready", "switching", "verified", "draining", "done")
POINT = STEPS.index("switching")
SHOWN_EVENTS = 100
"""So many of the latest changes are kept in the record."""


def other(side: str) -> str:
    """The slots that the next release gets."""
    return "b" if side == "a" else "a"


def candidate(record: Record, digest: str, settings: str, instances: Mapping[str, int]) -> Release:
    """A new release beside the one that serves."""
    side = other(record.live.side) if record.live else "a"
    return Release(record.last_number + 1, digest, settings, side, instances, 0.0)


def chosen(record: Record, number: int | None) -> Release:
    """The kept release to go back to, beside the one that serves: the previous one, or by number.

    Raises:
        RecordError: There is none.
    """
    if record.live is None:
        raise RecordError("nothing serves, so there is nothing to go back from")
    if number is None:
        found = record.previous
        if found is None:
            raise RecordError("there is no previous release to go back to")
    else:
        found = next((one for one in record.kept if one.number == number), None)
        if found is None:
            kept = ", ".join(str(one.number) for one in record.kept)
            raise RecordError(f"release {number} is not kept; kept are {kept}")
    if found.number == record.live.number:
        raise RecordError(f"release {found.number} serves already")
    return replace(found, side=other(record.live.side))


def begun(record: Record, change: Change) -> Record:
    """A change begins.

    Raises:
        RecordError: Another one is under way.
    """
    if record.change is not None:
        held = record.change
        raise RecordError(f"{held.kind} {held.id} of {held.by} is under way, at {held.step}")
    return replace(record, change=change, last_number=max(record.last_number, change.new.number))


def at(record: Record, step: str, now: float) -> Record:
    """The next step begins."""
    change = _under_way(record)
    if STEPS.index(step) <= STEPS.index(change.step):
        raise RecordError(f"{step} does not follow {change.step}")
    return replace(record, change=replace(change, steps=(*change.steps, (step, now))))


def past_the_point(record: Record) -> bool:
    """Whether requests may go to the new instances already."""
    return record.change is not None and STEPS.index(record.change.step) >= POINT


def verified(record: Record, now: float, keep: int) -> Record:
    """The new release serves: from here on it is the live one, and what it replaced the previous one."""
    change = _under_way(record)
    live = replace(change.new, at=now)
    others = [one for one in record.kept if one.number != live.number]
    needed = {live.number, record.live.number if record.live else 0}
    kept = [*others, live]
    while len(kept) > keep:
        spare = next((one for one in kept if one.number not in needed), None)
        if spare is None:
            break
        kept.remove(spare)
    same = record.live is not None and record.live.number == live.number
    previous = record.previous if same else record.live
    return replace(record, live=live, previous=previous, kept=tuple(kept))


def ended(record: Record, outcome: str, why: str, now: float) -> Record:
    """The change is over."""
    change = _under_way(record)
    steps = change.steps
    if outcome == "live":
        steps = (*steps, ("done", now))
    event = Event(
        change.id,
        change.kind,
        change.by,
        change.since,
        steps,
        change.new.number,
        change.new.digest,
        outcome,
        why,
        now,
        change.skipped,
    )
    return replace(record, change=None, history=(*record.history, event)[-SHOWN_EVENTS:])


def _under_way(record: Record) -> Change:
    if record.change is None:
        raise RecordError("no change is under way")
    return record.change
