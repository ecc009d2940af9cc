"""``rig access``: show who can log in to the hosts, and who of them is declared."""

from __future__ import annotations

from pathlib import Path

import click

from rigwright import console
from rigwright.access import terminal
from rigwright.access.survey import survey, verdict
from rigwright.cli.options import INVENTORY, JSON, LIMIT, forks
from rigwright.inventory.fan_out import AT_ONCE
from rigwright.inventory.load import limit, load
from rigwright.remote import provenance

EPILOG = """\b
Examples:
  rig access inventories/prod.py
  rig access inventories/prod.py --reviewed
  rig access inventories/prod.py --json | jq '.hosts[].findings[].summary'

\b
Exit codes: 0 all declared, 2 something is not declared, 1 state unknown
"""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@forks(AT_ONCE)
@JSON
@click.option(
    "--reviewed",
    is_flag=True,
    help="Record the review on each host where all is declared; an overdue review is an alert.",
)
def command(inventory: Path, names: tuple[str, ...], forks: int, as_json: bool, reviewed: bool) -> int:
    """Show who can log in, with which keys, with sudo, and when last (read-only, except --reviewed)."""
    hosts = limit(load(inventory), names)
    with console.Progress(f"querying {', '.join(host.name for host in hosts)}"):
        seen = survey(hosts, provenance.operator() if reviewed else None, forks)
    console.echo(terminal.as_json(seen) if as_json else terminal.as_text(seen))
    return int(verdict(seen))
