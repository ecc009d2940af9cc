"""Restores for people and for programs. Renderers only: they decide nothing but the verdict of a dry run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rigwright.backup.restore_document import Plan, Planned, Promised, Restored, RestoreDocument
from rigwright.backup.terminal import size
from rigwright.console import printable, style
from rigwright.errors import Exit
from rigwright.report import document

MINUTE, HOUR, DAY = 60, 3600, 86_400
COLUMN = 14
STATES = {"running": ("runs", "yellow"), "killed": ("was killed before it ended", "red")}


def verdict(plan: Plan) -> Exit:
    """What cannot be beats what is less than promised; nothing at all cannot be."""
    if not plan.items or any(one.refused for one in plan.items):
        return Exit.UNKNOWN
    return Exit.CHANGES if any(short(one, plan.promise) for one in plan.items) else Exit.OK


def short(one: Planned, promise: Promised) -> list[str]:
    """Where it is less than is promised."""
    found = []
    if not one.refused and one.seconds is not None and one.seconds > promise.rto_seconds:
        found.append(f"it takes longer than the promised {span(promise.rto_seconds)}")
    if not one.refused and one.to == "latest" and one.loss_seconds > promise.rpo_seconds:
        found.append(f"more is lost than the promised {span(promise.rpo_seconds)}")
    return found


def planned(host: str, plan: Plan) -> str:
    """What a restore would do, of each thing."""
    lines = [style(host, "bold")]
    for one in plan.items:
        lines += _item(one)
        lines += (f"    {style('→', 'yellow')} {line}" for line in short(one, plan.promise))
    return "\n".join(lines)


def _item(one: Planned) -> Iterator[str]:
    name = printable(one.what)
    if one.refused:
        yield f"  {style('✗', 'red')} {name}: {printable(one.refused)}"
        if one.possible:
            yield f"    possible: {printable(one.possible)}"
        return
    yield f"  {style('✓', 'green')} {name}"
    for label, text in _figures(one):
        yield f"    {label:<{COLUMN}}{printable(text)}"


def _figures(one: Planned) -> Iterator[tuple[str, str]]:
    yield "backup", f"{one.label} of {moment(one.backup_at)}"
    yield "restored to", one.to
    yield "possible", f"{moment(one.earliest)} to {moment(one.latest)}"
    for gap in one.gaps:
        yield "gap", f"the log lacks {gap}"
    yield "loss", f"{one.loss_seconds} s: what was written since then is not in it"
    yield "room", f"{size(one.room_needed)} needed, {size(one.room_there)} there, in {one.folder}"
    yield "time", "unknown: none was restored yet" if one.seconds is None else f"about {span(one.seconds)}"
    yield "stops", ", ".join(one.stops) or "nothing: it comes beside what is live"
    for path in one.keeps:
        yield "kept", path


def ended(host: str, found: Restored | None) -> str:
    """How the last restore ended, with each step and what was measured."""
    name = style(host, "bold")
    if found is None:
        return f"{name}  nothing was restored yet"
    state, colour = STATES.get(found.state, (found.state, "red"))
    if found.state == "done":
        state, colour = ("done", "green") if not found.code else ("done, and less than is promised", "yellow")
    head = f"{printable(found.what)} to {printable(found.to)}, {found.way}: {style(state, colour)}"
    lines = [f"{name}  {moment(found.begun)}  {head}", *(f"    {printable(line)}" for line in found.lines)]
    if found.error:
        lines.append(f"  {style('✗', 'red')} {printable(found.error)}")
    if found.state == "done":
        promise = found.promise
        lines.append(f"  recovery time  {found.seconds} s, promised {span(promise.rto_seconds)}")
        lines.append(f"  loss           {found.loss_seconds} s, promised {span(promise.rpo_seconds)}")
    return "\n".join(lines)


def as_json(host: str, code: int, plan: Plan | None = None, last: Restored | None = None) -> str:
    """The same for programs; the schema is in docs/reference/schemas."""
    return document.as_json(RestoreDocument(exit=code, host=host, plan=plan, last=last))


def moment(at: datetime | None) -> str:
    """A time, as ``--to`` takes it."""
    return f"{at:%Y-%m-%d %H:%M:%S}+00" if at else "unknown"


def span(seconds: float) -> str:
    """A time that something takes, in the largest unit that fits."""
    for unit, count in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        if seconds >= 2 * count:
            return f"{seconds / count:.0f} {unit}"
    return f"{seconds:.0f} s"
