"""``rig drift``: compare hosts with the repository."""

from __future__ import annotations

from pathlib import Path

import click

from rigwright import console, report
from rigwright.cli.options import INVENTORY, JSON, LIMIT
from rigwright.inventory import limit, load
from rigwright.survey import survey, verdict

EPILOG = """\b
Examples:
  rig drift inventories/prod.py
  rig drift inventories/prod.py --json | jq '.hosts[].findings[].summary'

\b
Exit codes: 0 in sync, 2 drift, 1 could not tell
"""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@JSON
@click.option("--no-diff", is_flag=True, help="Leave the differences of file contents out.")
def command(inventory: Path, names: tuple[str, ...], as_json: bool, no_diff: bool) -> int:
    """Compare hosts with the repository. Looks only, changes nothing."""
    return show(inventory, names, as_json=as_json, diffs=not no_diff, everything=True)


def show(
    inventory: Path, names: tuple[str, ...], *, as_json: bool, diffs: bool, everything: bool = False
) -> int:
    """Print the findings of an inventory's hosts and return the exit code."""
    hosts = limit(load(inventory), names)
    with console.Progress(f"looking at {', '.join(host.name for host in hosts)}"):
        surveyed = survey(hosts, everything=everything)
    console.say(report.as_json(surveyed) if as_json else report.terminal(surveyed, diffs=diffs))
    return int(verdict(surveyed))
