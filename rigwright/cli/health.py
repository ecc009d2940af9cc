"""``rig health``: show the health of the hosts' hardware and system."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import click

from rigwright import console
from rigwright.cli.options import HTML, JSON, LIMIT, MAYBE_INVENTORY, forks, inventory_of
from rigwright.health import html as health_page
from rigwright.health import recording, terminal, textfile
from rigwright.health.survey import HealthReport, replayed, survey, verdict
from rigwright.inventory.fan_out import AT_ONCE
from rigwright.inventory.load import Host, limit, load
from rigwright.report import html as report

EPILOG = """\b
Examples:
  rig health inventories/prod.py
  rig health inventories/prod.py --limit studio --watch
  rig health inventories/prod.py --html health.html
  rig health inventories/prod.py --record for-a-bug-report
  rig health --replay for-a-bug-report --metrics
  rig health --json | jq '.hosts[].checks[] | select(.verdict != "ok")'

\b
Exit codes: 0 healthy, 2 unhealthy, 1 state unknown
"""
WATCH_SECONDS = 10
CLEAR = "\x1b[2J\x1b[H"


@click.command(epilog=EPILOG)
@MAYBE_INVENTORY
@LIMIT
@forks(AT_ONCE)
@JSON
@HTML
@click.option("--watch", is_flag=True, help=f"Query again every {WATCH_SECONDS} seconds, until Ctrl-C.")
@click.option(
    "--record",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Keep what the tools printed there, without serial numbers, names and addresses.",
)
@click.option(
    "--replay",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Judge such a recording; no host is queried.",
)
@click.option("--metrics", is_flag=True, help="With --replay: print the metrics of the hardware instead.")
def command(
    *,
    inventory: Path | None,
    names: tuple[str, ...],
    forks: int,
    as_json: bool,
    html: Path | None,
    watch: bool,
    record: Path | None,
    replay: Path | None,
    metrics: bool,
) -> int:
    """Show hardware and system health: GPU, memory, file systems, drives, pools, units (read-only)."""
    if watch and (html or record or replay):
        raise click.UsageError(
            "--watch queries again and again; --html, --record and --replay are about once"
        )
    if replay and (record or names):
        raise click.UsageError("--replay queries no host: it goes with neither --record nor --limit")
    if metrics and not replay:
        raise click.UsageError("--metrics is for a recording: name one with --replay FOLDER")
    for path, check in ((html, report.check), (record, recording.check)):
        if path:
            check(path)
    if watch:
        return _watch(limit(load(inventory_of(inventory)), names), forks, as_json=as_json)
    at = datetime.now(timezone.utc)
    reports = replayed(recording.replay(replay)) if replay else _survey(inventory, names, forks)
    if metrics:
        console.echo(textfile.of_hosts([(one.name, one.response) for one in reports]))
    else:
        console.echo(terminal.as_json(reports) if as_json else terminal.as_text(reports))
    if html:
        report.write(html, health_page.page(reports, at))
    if record:
        _record(record, reports)
    return int(verdict(reports))


def _survey(inventory: Path | None, names: Sequence[str], at_once: int) -> list[HealthReport]:
    hosts = limit(load(inventory_of(inventory)), names)
    with console.Progress(f"querying {', '.join(host.name for host in hosts)}"):
        return survey(hosts, at_once)


def _record(folder: Path, reports: Sequence[HealthReport]) -> None:
    """Keep the responses of the hosts that responded, and say where."""
    recording.record(folder, [one.response for one in reports if not one.error])
    console.note(f"recorded in {folder}: read it before you send it to anyone")


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
