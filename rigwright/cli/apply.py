"""``rig apply``: bring hosts to their desired state, and survey them afterwards."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import click

from rigwright import console
from rigwright.apply.converge import AT_ONCE, How, Outcome, converge, left_out, may_change, verdict
from rigwright.cli.drift import Shown
from rigwright.cli.options import DIFF, INVENTORY, JSON, LIMIT, ONLY, VERBOSE, forks
from rigwright.drift.survey import Surveyed, Terms, survey
from rigwright.errors import Exit
from rigwright.finding import Finding
from rigwright.inventory.load import limit, load
from rigwright.report import json_format, terminal

EPILOG = """\b
Examples:
  rig apply inventories/prod.py
  rig apply inventories/prod.py --limit 'web*' --yes
  rig apply inventories/prod.py --adopt     take over unmanaged files

\b
At a terminal it shows the plan and applies exactly that after a yes: a host that changed meanwhile is
refused. Without a terminal, as in scripts, CI and cron, it does not ask; --yes is the same at a terminal.

\b
Exit codes: 0 every host is as its inventory states, apart from what is shown that no apply changes,
            1 one is not, its state is unknown, or the plan was declined
"""

LEFT_SHOWN = 5
"""Differences that an apply left, by name; rig plan lists all."""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@ONLY
@forks(AT_ONCE)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@DIFF
@VERBOSE
@JSON
@click.option(
    "--adopt",
    is_flag=True,
    help="Replace unmanaged files, which the host keeps, and take over servers in use.",
)
def command(
    *,
    inventory: Path,
    names: tuple[str, ...],
    only: tuple[str, ...],
    forks: int,
    yes: bool,
    diff: bool | None,
    verbose: bool,
    as_json: bool,
    adopt: bool,
) -> int:
    """Bring hosts to their desired state. A host that is in sync is left alone."""
    hosts = limit(load(inventory), names)
    named = ", ".join(host.name for host in hosts)
    with console.Progress(f"querying {named}") as progress:
        terms = Terms(apart=True, waiting=progress.step)
        before = survey(hosts, everything=True, only=only, at_once=forks, terms=terms)
        progress.update(f"querying {named}")
    due = [one.host.name for one in before if may_change(one, adopt=adopt)]
    asks = bool(due) and not yes and at_terminal()
    if asks or diff:
        out = [line for one in before for line in left_out(one, adopt=adopt)]
        plan = Shown("Plan", diff=diff, verbose=verbose).text(before)
        # Standard output of --json is one document.
        (console.note if as_json else console.echo)("\n".join([plan, *out]))
    if asks and not click.confirm(f"\nApply this to {', '.join(due)}?", err=sys.stderr.isatty()):
        console.note("nothing was changed")
        return int(Exit.UNKNOWN)
    how = How(
        adopt=adopt,
        only=only,
        at_once=forks,
        agreed=asks or bool(diff),
        receive=_live if verbose else None,
    )
    with contextlib.nullcontext() if verbose else console.Progress(f"applying to {named}"):
        outcomes = converge(inventory, before, how)
    _results(outcomes, as_json=as_json)
    return int(verdict(outcomes))


def at_terminal() -> bool:
    """Whether a person can be asked: what is typed and some of what is shown are a terminal's."""
    return sys.stdin.isatty() and (sys.stderr.isatty() or sys.stdout.isatty())


_turn = threading.Lock()


def _live(host: str, line: str) -> None:
    """A line of a host's run, on standard error, as it comes."""
    with _turn:
        console.note(f"{console.style(host, 'dim', stream=sys.stderr)} {console.printable(line)}")


def _results(outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    if as_json:
        console.echo(json_format.as_json([outcome.after for outcome in outcomes]))
        return
    for outcome in outcomes:
        show(outcome)


def show(outcome: Outcome) -> None:
    """Print the result for one host."""
    name = console.style(outcome.host.name, "bold")
    if outcome.code == Exit.OK and not outcome.after.findings and not outcome.after.error:
        changed = len(outcome.before.findings)
        nothing = "nothing to change" if outcome.after.beyond else "was in sync"
        done = f"{changed} fixed" if changed else nothing
        beyond = outcome.after.beyond
        well = "applied" if beyond else terminal.in_sync(outcome.after)
        console.echo(f"{console.style('✓', 'green')} {name}  {well} ({done}, {outcome.seconds:.1f} s)")
        if beyond:
            console.echo(f"    {len(beyond)} found that apply does not change: rig drift")
            _some(beyond)
        return
    console.echo(f"{console.style('✗', 'red')} {name}  not in sync ({outcome.seconds:.1f} s)")
    for line in outcome.messages:
        console.echo(f"    {line}")
    if outcome.after.error:
        console.echo(terminal.as_text([outcome.after], diffs=False))
    elif outcome.seconds:
        _left(outcome.before, outcome.after)


def _left(before: Surveyed, after: Surveyed) -> None:
    left, all_of_them = len(after.findings), len(before.findings)
    console.echo(f"    {left} of {all_of_them} differences are left: rig plan")
    _some(after.findings)


def _some(findings: Sequence[Finding]) -> None:
    for finding in findings[:LEFT_SHOWN]:
        console.echo(f"    ~ {finding.subsystem}: {console.printable(finding.summary)}")
