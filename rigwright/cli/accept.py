"""``rig accept``: write what an adopted host had to a list that a person reviews."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import click

from rigwright import atomic, console
from rigwright.cli.options import INVENTORY, LIMIT
from rigwright.drift.baseline import acceptable, added, written
from rigwright.drift.survey import Surveyed, survey
from rigwright.errors import Exit, RigError
from rigwright.inventory.load import limit, load
from rigwright.remote import provenance
from rigwright.repository import ROOT

EPILOG = """\b
Examples:
  rig accept inventories/prod.py --limit old --reason "as it was when we took it over"
  rig accept inventories/prod.py --limit old --reason "until the move" --until 2027-06-30

\b
Exit codes: 0 written, or nothing to accept, 1 state unknown
"""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@click.option("--reason", required=True, metavar="TEXT", help="Why you accept them, for the next reader.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day on which they are accepted.")
def command(inventory: Path, names: tuple[str, ...], reason: str, until: datetime | None) -> int:
    """Write what apply leaves on a host to a list that you review (hosts are only read)."""
    hosts = limit(load(inventory), names)
    if not reason.strip():
        raise click.UsageError("--reason is empty")
    with console.Progress(f"querying {', '.join(host.name for host in hosts)}"):
        surveyed = survey(hosts, everything=True)
    day = until.date().isoformat() if until else None
    return max(_written(one, inventory, reason.strip(), day) for one in surveyed)


def _written(one: Surveyed, inventory: Path, reason: str, until: str | None) -> int:
    """Add the findings of one host to its list, and show what to do with it."""
    if one.error:
        raise one.error
    found = [finding for finding in one.findings if acceptable(finding)]
    if not found:
        console.echo(f"{one.host.name}: nothing to accept")
        return int(Exit.OK)
    path = inventory.resolve().parent / "accepted" / f"{one.host.name}.json"
    by = f"{provenance.operator()}, {datetime.now(timezone.utc).date().isoformat()}"
    with atomic.locked(path.parent):
        listed = added(_before(path), found, reason, until, by)
        atomic.replace(path, written(listed).encode(), mode=0o644)
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    console.echo(f"{one.host.name}: {len(found)} findings are in {shown}")
    console.echo("  read it, remove what you do not accept, and name it in the inventory:")
    console.echo("    from deploys.accepted import accepted_from")
    console.echo(f'    Machine(…, accepted=accepted_from("{shown}"))')
    return int(Exit.OK)


def _before(path: Path) -> dict[str, object]:
    """The list that is there already.

    Raises:
        RigError: It is none.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise RigError("it cannot be read", file=str(path), next_step="repair or remove it") from error
    return found if isinstance(found, dict) else {}
