"""Releases as a person reads them, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from itertools import pairwise
from typing import Any

from rigwright.console import printable, style
from rigwright.release.known import Known, Run, Version
from rigwright.report.terminal import ago

SHORT = 12
"""Digits of a digest that are shown: as many as the variable RELEASE has."""


def short(version: Version | None) -> str:
    """Number and digest."""
    return f"{version.number} {version.digest.partition(':')[2][:SHORT]}" if version else "none"


def step_lines(run: Run, shown: int) -> Iterator[str]:
    """Each step that is over and was not shown yet, with its seconds."""
    steps = [*run.steps, *((("", run.ended),) if run.ended and run.steps[-1][0] != "done" else ())]
    for (name, begun), (_, then) in list(pairwise(steps))[shown:]:
        yield f"  {name:<10} {(then - begun).total_seconds():6.1f} s"


def end_line(app: str, run: Run, live: Version | None) -> str:
    """How a change ended, and what to do next."""
    good = run.outcome == "live"
    word = style("live", "green") if good else style("refused", "red")
    lines = [f"{style(app, 'bold')}  {run.kind} {short(run.version)} is {word} after {run.seconds:.1f} s"]
    if run.why:
        lines.append(f"  {printable(run.why)}")
    if not good:
        lines.append(f"  serving as before: {short(live)}")
    else:
        lines.append(f"  next: rig release status; to go back: rig release rollback {app}")
    return "\n".join(lines)


def status_text(host: str, one: Known, now: datetime) -> str:
    """What serves, since when, and what is under way or waits."""
    lines = [f"{style(host, 'bold')}  {style(one.app, 'bold')}"]
    since = f", live for {ago(one.live.at, now)}" if one.live and one.live.at else ""
    lines.append(f"  live      {short(one.live)}{since}")
    lines.append(f"  previous  {short(one.previous)}")
    lines.append(f"  kept      {', '.join(str(version.number) for version in one.kept) or 'none'}")
    lines.append(f"  settings  {style(one.settings, 'yellow') if one.waits else one.settings}")
    if run := one.under_way:
        lines.append(
            f"  under way {run.kind} {short(run.version)} by {printable(run.by)}, at {run.steps[-1][0]}"
        )
    if run := one.cut_off:
        cut = f"{run.kind} {short(run.version)} was cut off at {run.steps[-1][0]}; rig apply decides it"
        lines.append(f"  {style(cut, 'yellow')}")
    if one.history:
        lines.append(f"  last      {_event(one.history[-1])}")
    return "\n".join(lines)


def history_text(host: str, one: Known) -> str:
    """Every change that is recorded, newest first."""
    head = f"{style(host, 'bold')}  {style(one.app, 'bold')}"
    return "\n".join([head, *(f"  {_event(run)}" for run in reversed(one.history))])


def _event(run: Run) -> str:
    when = f"{run.steps[0][1]:%Y-%m-%d %H:%M:%S} UTC"
    why = f": {printable(run.why)}" if run.why else ""
    why += "".join(f"; without {name}: {printable(reason)}" for name, reason in run.skipped.items())
    ended = f"{run.outcome} in {run.seconds:.1f} s by {printable(run.by)}"
    return f"{when}  {run.kind} {short(run.version)} {ended}{why}"


def as_json(found: Sequence[tuple[str, Known]]) -> str:
    """For programs."""
    return json.dumps([{"host": host, **known_json(one)} for host, one in found], indent=2)


def known_json(one: Known) -> dict[str, Any]:
    """One application."""
    return {
        "app": one.app,
        "live": _version(one.live),
        "previous": _version(one.previous),
        "kept": [_version(version) for version in one.kept],
        "waits": one.waits,
        "under_way": run_json(one.under_way),
        "cut_off": run_json(one.cut_off),
        "history": [run_json(run) for run in one.history],
    }


def run_json(run: Run | None) -> dict[str, Any] | None:
    """One change."""
    if run is None:
        return None
    return {
        "id": run.id,
        "kind": run.kind,
        "by": run.by,
        "version": _version(run.version),
        "steps": [[name, _at(at)] for name, at in run.steps],
        "outcome": run.outcome or None,
        "why": run.why or None,
        "skipped": dict(run.skipped),
        "ended": _at(run.ended),
        "seconds": round(run.seconds, 3),
    }


def _version(one: Version | None) -> dict[str, Any] | None:
    return {"number": one.number, "digest": one.digest, "at": _at(one.at)} if one else None


def _at(moment: datetime | None) -> str | None:
    return moment.astimezone(timezone.utc).isoformat() if moment else None
