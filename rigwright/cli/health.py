"""``rig health``: show the health of the hosts' hardware and system."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import click

from rigwright import console
from rigwright.cli.options import HTML, INVENTORY, JSON, LIMIT, forks
from rigwright.health import html as health_page
from rigwright.health import terminal
from rigwright.health.survey import survey, verdict
from rigwright.inventory.fan_out import AT_ONCE
from rigwright.inventory.load import Host, limit, load
from rigwright.report import html as report

EPILOG = """\b
Examples:
  rig health inventories/prod.py
  rig health inventories/prod.py --limit studio --watch
  rig health inventories/prod.py --html health.html
  rig health --json | jq '.hosts[].checks[] | select(.verdict != "ok")'

\b
Exit codes: 0 healthy, 2 unhealthy, 1 state unknown
"""
WATCH_SECONDS = 10
CLEAR = "\x1b[2J\x1b[H"


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@forks(AT_ONCE)
@JSON
@HTML
@click.option("--watch", is_flag=True, help=f"Query again every {WATCH_SECONDS} seconds, until Ctrl-C.")
def command(
    *, inventory: Path, names: tuple[str, ...], forks: int, as_json: bool, html: Path | None, watch: bool
) -> int:
    """Show hardware and system health: GPU, memory, file systems, drives, pools, units (read-only)."""
    hosts = limit(load(inventory), names)
    if watch and html:
        raise click.UsageError("--html writes one report, and --watch queries again and again")
    if html:
        report.check(html)
    if watch:
        return _watch(hosts, forks, as_json=as_json)
    at = datetime.now(timezone.utc)
    with console.Progress(f"querying {', '.join(host.name for host in hosts)}"):
        reports = survey(hosts, forks)
    console.echo(terminal.as_json(reports) if as_json else terminal.as_text(reports))
    if html:
        report.write(html, health_page.page(reports, at))
    return int(verdict(reports))


def _watch(hosts: Sequence[Host], at_once: int, *, as_json: bool) -> int:
    """Print again and again, with ``--json`` one line each time; what was seen last decides the exit code."""
    reports = survey(hosts, at_once)
    try:
        while True:
            text = terminal.as_json(reports, indent=None) if as_json else terminal.as_text(reports)
            console.echo((CLEAR if sys.stdout.isatty() and not as_json else "") + text)
            time.sleep(WATCH_SECONDS)
            reports = survey(hosts, at_once)
    except KeyboardInterrupt:
        return int(verdict(reports))
