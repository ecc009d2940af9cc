"""``rig diagnose``: show what is wrong on hosts, since when, and what happened before."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import click

from rigwright import console
from rigwright.cli.options import HTML, JSON, inventory_first
from rigwright.diagnose import html as diagnosis_page
from rigwright.diagnose import terminal
from rigwright.diagnose.survey import survey, verdict
from rigwright.inventory.load import limit, load
from rigwright.report import html as report

EPILOG = """\b
Examples:
  rig diagnose inventories/prod.py
  rig diagnose inventories/prod.py studio --hours 2
  rig diagnose studio --html diagnosis.html      with RIG_INVENTORY=inventories/prod.py
  rig diagnose --json | jq '.hosts[].events[] | select(.kind == "sudo")'

\b
Exit codes: 0 nothing found, 2 findings, 1 state unknown
"""


@click.command(epilog=EPILOG, options_metavar="[OPTIONS]")
@click.argument("words", nargs=-1, metavar="[INVENTORY] [HOST]...")
@click.option(
    "--hours",
    metavar="N",
    type=click.FloatRange(0.1, 24 * 30),
    default=24,
    show_default=True,
    help="How far back the time line reaches.",
)
@JSON
@HTML
def command(words: tuple[str, ...], hours: float, as_json: bool, html: Path | None) -> int:
    """Show what is wrong, since when, and who did what before (read-only).

    Units that failed, restart or are stopped, with their last lines and runbooks, and what rig health finds;
    then a time line of applies, packages, commands by sudo, logins, units and boots.
    It needs no monitoring on the host, and shows no argument that may be a secret.
    """
    inventory, names = inventory_first(words)
    hosts = limit(load(inventory), names)
    if html:
        report.check(html)
    at = datetime.now(timezone.utc)
    with console.Progress(f"querying {', '.join(host.name for host in hosts)}"):
        seen = survey(hosts, hours)
    console.echo(terminal.as_json(seen) if as_json else terminal.as_text(seen))
    if html:
        report.write(html, diagnosis_page.page(seen, at))
    return int(verdict(seen))
