"""``rig apply``: bring hosts to their desired state, and survey them afterwards."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from rigwright import console
from rigwright.apply import document, terminal
from rigwright.apply.batches import DEFAULT, sizes
from rigwright.apply.converge import converge, planned
from rigwright.apply.one_host import left_out, may_change
from rigwright.apply.outcome import AT_ONCE, How, Outcome, verdict
from rigwright.apply.rolling import WATCH_SECONDS
from rigwright.cli.drift import Shown
from rigwright.cli.options import DIFF, INVENTORY, JSON, LIMIT, ONLY, VERBOSE, forks
from rigwright.drift.survey import Surveyed, Terms, survey
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.inventory import fan_out
from rigwright.inventory.load import Host, limit, load
from rigwright.remote.transport import WAITING
from rigwright.verify import accepting, verify

EPILOG = """\b
Examples:
  rig apply inventories/prod.py
  rig apply inventories/prod.py --limit 'web*' --yes
  rig apply inventories/prod.py --adopt     take over unmanaged files
  rig apply inventories/prod.py --limit @web --batches 1,25%,rest --settle 60 --verify

\b
At a terminal it shows the plan and applies exactly that after a yes: a host that changed meanwhile is
refused. Without a terminal, as in scripts, CI and cron, it does not ask; --yes is the same at a terminal.

\b
Exit codes: 0 every host is as its inventory states, apart from what is shown that no apply changes,
            1 one is not, its state is unknown, it was not tried, or the plan was declined
"""


def _sizes(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    try:
        return sizes(value) if value is not None else ()
    except RigError as error:
        raise click.BadParameter(str(error)) from error


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@ONLY
@forks(AT_ONCE)
@click.option(
    "--batches",
    metavar="SIZES",
    callback=_sizes,
    help=f"Sizes of batches, with commas: numbers, shares, rest. From three hosts on {DEFAULT}, else rest.",
)
@click.option(
    "--stop-after",
    metavar="N",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Begin no further host once more than so many have failed.",
)
@click.option(
    "--settle",
    metavar="SECONDS",
    type=click.IntRange(0, 3600),
    help=f"Query each batch again after so long. Without it {WATCH_SECONDS}, and not after the last.",
)
@click.option("--verify", "verifies", is_flag=True, help="Run the host tests of each batch, too.")
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
    batches: tuple[str, ...],
    stop_after: int,
    settle: int | None,
    verifies: bool,
    yes: bool,
    diff: bool | None,
    verbose: bool,
    as_json: bool,
    adopt: bool,
) -> int:
    """Bring hosts to their desired state. A host that is in sync is left alone.

    Of three hosts or more the first goes alone, and no further one is begun after a failure.
    """
    hosts = limit(load(inventory), names)
    named = ", ".join(host.name for host in hosts)
    with console.Progress(f"querying {named}") as progress:
        terms = Terms(apart=True, waiting=progress.step)
        before = survey(hosts, everything=True, only=only, at_once=max(forks, fan_out.AT_ONCE), terms=terms)
        progress.update(f"querying {named}")
    how = How(
        adopt=adopt,
        only=only,
        at_once=forks,
        batches=batches,
        stop_after=stop_after,
        settle=settle,
        verify=partial(_claims, inventory, only) if verifies else None,
        receive=_live if verbose else _waits,
        ended=partial(_ended, as_json=as_json),
    )
    due = [one.host.name for one in before if may_change(one, adopt=adopt)]
    asks = bool(due) and not yes and at_terminal()
    if asks or diff:
        # Standard output of --json is one document.
        (console.note if as_json else console.echo)(_plan(before, how, diff=diff, verbose=verbose))
    if asks and not click.confirm(f"\nApply this to {', '.join(due)}?", err=sys.stderr.isatty()):
        console.note("nothing was changed")
        return int(Exit.UNKNOWN)
    how = replace(how, agreed=asks or bool(diff))
    with contextlib.nullcontext() if verbose else console.Progress(f"applying to {named}"):
        outcomes = converge(inventory, before, how)
    _results(outcomes, how, as_json=as_json)
    return int(verdict(outcomes))


def _plan(before: Sequence[Surveyed], how: How, *, diff: bool | None, verbose: bool) -> str:
    """What is going to be done: the differences, what is left out, and in which batches."""
    out = [line for one in before for line in left_out(one, adopt=how.adopt)]
    batches = [[one.host.name for one in batch] for batch in planned(before, how)]
    order = [terminal.order(batches, how.stop_after)] if len(batches) > 1 else []
    return "\n".join([Shown("Plan", diff=diff, verbose=verbose).text(before), *out, *order])


def _claims(inventory: Path, only: tuple[str, ...], host: Host) -> tuple[Finding, ...]:
    """The claims of a host's tests that do not hold, but for those that its inventory accepts."""
    tested = tuple(name for name in only if name in {one.subsystem for one in host.rig.desired()})
    return accepting(verify(inventory, [host.name], only=tested), [host]).findings


def at_terminal() -> bool:
    """Whether a person can be asked: what is typed and some of what is shown are a terminal's."""
    return sys.stdin.isatty() and (sys.stderr.isatty() or sys.stdout.isatty())


_turn = threading.Lock()


def _live(host: str, line: str) -> None:
    """A line of a host's run, on standard error, as it comes."""
    with _turn:
        console.note(f"{console.style(host, 'dim', stream=sys.stderr)} {console.printable(line)}")


def _waits(host: str, line: str) -> None:
    """What a host waits for, as soon as it does, above the line of progress."""
    if line.startswith(WAITING):
        above = "\r\x1b[K" if sys.stderr.isatty() else ""
        console.note(f"{above}{host}: {console.printable(line.removeprefix('rigwright: '))}")


def _ended(outcome: Outcome, *, as_json: bool) -> None:
    """The result for one host as soon as it is there: on standard error where the other is one document."""
    above = "\r\x1b[K" if sys.stderr.isatty() else ""
    text = "\n".join(terminal.result(outcome))
    with _turn:
        if above:
            sys.stderr.write(above)
            sys.stderr.flush()
        (console.note if as_json else console.echo)(text)


def _results(outcomes: Sequence[Outcome], how: How, *, as_json: bool) -> None:
    if as_json:
        console.echo(document.as_json(outcomes))
    elif len(outcomes) > 1:
        for line in terminal.summary(outcomes, how.stop_after):
            console.echo(line)
