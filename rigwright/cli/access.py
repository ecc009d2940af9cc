"""``rig access``: who can log in to the hosts, and who of them is declared."""

from __future__ import annotations

from pathlib import Path

import click

from rigwright import console
from rigwright.access import terminal
from rigwright.access.survey import look, verdict
from rigwright.cli.options import INVENTORY, JSON, LIMIT
from rigwright.inventory.load import limit, load
from rigwright.remote import provenance

EPILOG = """\b
Examples:
  rig access inventories/prod.py
  rig access inventories/prod.py --reviewed
  rig access inventories/prod.py --json | jq '.hosts[].findings[].summary'

\b
Exit codes: 0 all declared, 2 somebody or something not declared, 1 could not tell
"""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@JSON
@click.option(
    "--reviewed",
    is_flag=True,
    help="Note on each host where all is declared that you have reviewed it; an overdue review is an alert.",
)
def command(inventory: Path, names: tuple[str, ...], as_json: bool, reviewed: bool) -> int:
    """Tell who can log in, with which keys, with sudo, and when last. Looks only, but for --reviewed."""
    hosts = limit(load(inventory), names)
    with console.Progress(f"asking {', '.join(host.name for host in hosts)}"):
        seen = look(hosts, provenance.operator() if reviewed else None)
    console.say(terminal.as_json(seen) if as_json else terminal.as_text(seen))
    return int(verdict(seen))
