"""The results of an apply for people. A renderer only: it decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rigwright.apply.outcome import Outcome, Result, not_tried
from rigwright.console import printable, style
from rigwright.finding import Finding
from rigwright.report import terminal

LEFT_SHOWN = 5
"""Differences that an apply left, by name; rig plan lists all."""


def result(outcome: Outcome) -> Iterator[str]:
    """The lines for one host, as soon as it is done."""
    name = style(outcome.host.name, "bold")
    if outcome.result is Result.NOT_TRIED:
        yield f"{style('-', 'yellow')} {name}  not tried"
    elif outcome.good:
        yield from _good(name, outcome)
    else:
        yield from _bad(name, outcome)


def _good(name: str, outcome: Outcome) -> Iterator[str]:
    changed, beyond = len(outcome.before.findings), outcome.after.beyond
    nothing = "nothing to change" if beyond else "was in sync"
    done = f"{changed} fixed" if changed else nothing
    well = "applied" if beyond else terminal.in_sync(outcome.after)
    yield f"{style('✓', 'green')} {name}  {well} ({done}, {outcome.seconds:.1f} s)"
    if beyond:
        yield f"    {len(beyond)} found that apply does not change: rig drift"
        yield from _some(beyond)


def _bad(name: str, outcome: Outcome) -> Iterator[str]:
    yield f"{style('✗', 'red')} {name}  not in sync ({outcome.seconds:.1f} s)"
    yield from (f"    {line}" for line in outcome.messages)
    if outcome.after.error:
        yield terminal.as_text([outcome.after], diffs=False)
    elif outcome.after.findings and outcome.seconds:
        left, all_of_them = len(outcome.after.findings), len(outcome.before.findings)
        yield f"    {left} of {all_of_them} differences are left: rig plan"
        yield from _some(outcome.after.findings)
    if outcome.claims:
        yield f"    {len(outcome.claims)} claims do not hold: rig verify"
        yield from _some(outcome.claims)


def _some(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings[:LEFT_SHOWN]:
        yield f"    ~ {finding.subsystem}: {printable(finding.summary)}"


def summary(outcomes: Sequence[Outcome], stop_after: int) -> Iterator[str]:
    """The last lines of a run of several hosts: figures, and each host that was not tried."""
    counted = Counter(one.result for one in outcomes)
    words = ", ".join(f"{counted[one]} {one.value}" for one in Result if counted[one])
    colour = "green" if all(one.good for one in outcomes) else "red"
    yield style(f"{len(outcomes)} hosts: {words}", colour)
    if left := not_tried(outcomes):
        yield f"not tried, after {_failures(stop_after)}: {', '.join(left)}"
        yield "next: fix what failed, and run again; it begins with the hosts that are out of service"


def order(batches: Sequence[Sequence[str]], stop_after: int) -> str:
    """What a run of several batches is going to do, in one line."""
    words = "; then ".join(", ".join(batch) for batch in batches)
    return f"in {len(batches)} batches: {words}; no further host is begun after {_failures(stop_after)}"


def _failures(stop_after: int) -> str:
    return "a failure" if stop_after == 0 else f"more than {stop_after} failures"
