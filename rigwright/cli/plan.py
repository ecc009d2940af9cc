"""``rig plan``: show what apply would change."""

from __future__ import annotations

from pathlib import Path

import click

from rigwright.cli.drift import Shown, show
from rigwright.cli.options import DIFF, HTML, INVENTORY, JSON, LIMIT, ONLY, VERBOSE, forks
from rigwright.inventory.fan_out import AT_ONCE

EPILOG = """\b
Examples:
  rig plan inventories/prod.py
  rig plan inventories/prod.py --limit 'web*,!web3' --diff
  rig plan inventories/prod.py --html plan.html

\b
Exit codes: 0 nothing to change, 2 changes pending, 1 state unknown
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
    """Show what apply would change, file by file (read-only)."""
    how = Shown("Plan", as_json=as_json, diff=diff, verbose=verbose, html=html)
    return show(inventory, names, how, only=only, at_once=forks)
