"""``rig drift``: compare hosts with the repository."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import click

from rigwright import console
from rigwright.cli.options import DIFF, HTML, INVENTORY, JSON, LIMIT, ONLY, VERBOSE, forks
from rigwright.drift.survey import Surveyed, survey, verdict
from rigwright.inventory.fan_out import AT_ONCE
from rigwright.inventory.load import limit, load
from rigwright.report import findings_html, html, json_format, terminal

EPILOG = """\b
Examples:
  rig drift inventories/prod.py
  rig drift inventories/prod.py --html drift.html
  rig drift inventories/prod.py --json | jq '.hosts[].findings[].summary'

\b
Exit codes: 0 in sync, 2 drift, 1 state unknown
"""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@ONLY
@forks(AT_ONCE)
@DIFF
@VERBOSE
@JSON
@HTML
def command(
    *,
    inventory: Path,
    names: tuple[str, ...],
    only: tuple[str, ...],
    forks: int,
    diff: bool | None,
    verbose: bool,
    as_json: bool,
    html: Path | None,
) -> int:
    """Compare hosts with the repository (read-only)."""
    how = Shown("Drift", as_json=as_json, diff=diff, verbose=verbose, html=html)
    return show(inventory, names, how, everything=True, only=only, at_once=forks)


@dataclass(frozen=True)
class Shown:
    """How findings are shown: under which title, as JSON or not, and as a page for a browser too.

    Attributes:
        diff: Every line of differences, or none; None for the first lines of each.
    """

    title: str
    as_json: bool = False
    diff: bool | None = None
    verbose: bool = False
    html: Path | None = None

    def text(self, surveyed: Sequence[Surveyed]) -> str:
        """The findings for a terminal."""
        return terminal.as_text(
            surveyed, diffs=self.diff is not False, whole=bool(self.diff), verbose=self.verbose
        )


def show(
    inventory: Path,
    names: tuple[str, ...],
    how: Shown,
    *,
    everything: bool = False,
    only: tuple[str, ...] = (),
    at_once: int = AT_ONCE,
) -> int:
    """Print the findings of an inventory's hosts and return the exit code."""
    hosts = limit(load(inventory), names)
    if how.html:
        html.check(how.html)
    at = datetime.now(timezone.utc)
    with console.Progress(f"querying {', '.join(host.name for host in hosts)}"):
        surveyed = survey(hosts, everything=everything, only=only, at_once=at_once)
    console.echo(json_format.as_json(surveyed) if how.as_json else how.text(surveyed))
    if how.html:
        html.write(how.html, findings_html.page(how.title, surveyed, at))
    return int(verdict(surveyed))
