"""``rig drift``: compare hosts with the repository."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import click

from rigwright import console
from rigwright.cli.options import HTML, INVENTORY, JSON, LIMIT
from rigwright.drift.survey import survey, verdict
from rigwright.inventory.load import limit, load
from rigwright.report import findings_html, html, json_format, terminal

EPILOG = """\b
Examples:
  rig drift inventories/prod.py
  rig drift inventories/prod.py --html drift.html
  rig drift inventories/prod.py --json | jq '.hosts[].findings[].summary'

\b
Exit codes: 0 in sync, 2 drift, 1 could not tell
"""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@JSON
@HTML
@click.option("--no-diff", is_flag=True, help="Leave the differences of file contents out.")
def command(inventory: Path, names: tuple[str, ...], as_json: bool, html: Path | None, no_diff: bool) -> int:
    """Compare hosts with the repository. Looks only, changes nothing."""
    how = Shown("Drift", as_json=as_json, diffs=not no_diff, html=html)
    return show(inventory, names, how, everything=True)


@dataclass(frozen=True)
class Shown:
    """How findings are shown: under which title, as JSON or not, and as a page for a browser too."""

    title: str
    as_json: bool = False
    diffs: bool = True
    html: Path | None = None


def show(inventory: Path, names: tuple[str, ...], how: Shown, *, everything: bool = False) -> int:
    """Print the findings of an inventory's hosts and return the exit code."""
    hosts = limit(load(inventory), names)
    if how.html:
        html.check(how.html)
    at = datetime.now(timezone.utc)
    with console.Progress(f"looking at {', '.join(host.name for host in hosts)}"):
        surveyed = survey(hosts, everything=everything)
    console.say(json_format.as_json(surveyed) if how.as_json else terminal.as_text(surveyed, diffs=how.diffs))
    if how.html:
        html.write(how.html, findings_html.page(how.title, surveyed, at))
    return int(verdict(surveyed))
