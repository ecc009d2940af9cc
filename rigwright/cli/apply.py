"""``rig apply``: bring hosts to their desired state, and survey them afterwards."""

from __future__ import annotations

from pathlib import Path

import click

from rigwright import console
from rigwright.apply.converge import Outcome, converge, verdict
from rigwright.cli.options import INVENTORY, JSON, LIMIT
from rigwright.errors import Exit
from rigwright.inventory.load import limit, load
from rigwright.report import json_format, terminal

EPILOG = """\b
Examples:
  rig apply inventories/prod.py
  rig apply inventories/prod.py --limit studio
  rig apply inventories/prod.py --adopt     take over unmanaged files

\b
Exit codes: 0 every host is in sync, 1 one is not, or its state is unknown
"""

LEFT_SHOWN = 5
"""Differences that an apply left, by name; rig plan lists all."""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@JSON
@click.option(
    "--adopt",
    is_flag=True,
    help="Replace unmanaged files, which the host keeps, and take over servers in use.",
)
def command(inventory: Path, names: tuple[str, ...], as_json: bool, adopt: bool) -> int:
    """Bring hosts to their desired state. A host that is in sync is left alone."""
    hosts = limit(load(inventory), names)
    with console.Progress(f"applying to {', '.join(host.name for host in hosts)}"):
        outcomes = converge(inventory, hosts, adopt=adopt)
    if as_json:
        console.echo(json_format.as_json([outcome.after for outcome in outcomes]))
    else:
        for outcome in outcomes:
            show(outcome)
    return int(verdict(outcomes))


def show(outcome: Outcome) -> None:
    """Print the result for one host."""
    name = console.style(outcome.host.name, "bold")
    if outcome.code == Exit.OK and not outcome.after.findings and not outcome.after.error:
        changed = len(outcome.before.findings)
        done = f"{changed} fixed" if changed else "was in sync"
        console.echo(f"{console.style('✓', 'green')} {name}  in sync ({done}, {outcome.seconds:.1f} s)")
        return
    console.echo(f"{console.style('✗', 'red')} {name}  not in sync ({outcome.seconds:.1f} s)")
    for line in outcome.messages:
        console.echo(f"    {line}")
    if outcome.after.error:
        console.echo(terminal.as_text([outcome.after], diffs=False))
    elif outcome.seconds:
        left, all_of_them = len(outcome.after.findings), len(outcome.before.findings)
        console.echo(f"    {left} of {all_of_them} differences are left: rig plan")
        for finding in outcome.after.findings[:LEFT_SHOWN]:
            console.echo(f"    ~ {finding.subsystem}: {console.printable(finding.summary)}")
