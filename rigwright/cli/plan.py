"""``rig plan``: show what apply would change."""

from __future__ import annotations

from pathlib import Path

import click

from rigwright.cli.drift import Shown, show
from rigwright.cli.options import HTML, INVENTORY, JSON, LIMIT

EPILOG = """\b
Examples:
  rig plan inventories/prod.py
  rig plan inventories/prod.py --limit studio --json
  rig plan inventories/prod.py --html plan.html

\b
Exit codes: 0 nothing to change, 2 changes pending, 1 state unknown
"""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@JSON
@HTML
def command(inventory: Path, names: tuple[str, ...], as_json: bool, html: Path | None) -> int:
    """Show what apply would change, file by file (read-only)."""
    return show(inventory, names, Shown("Plan", as_json=as_json, html=html))
