"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

INVENTORY = click.argument(
    "inventory", type=click.Path(path_type=Path), default=Path("inventories/lab.py"), required=False
)
LIMIT = click.option(
    "--limit", "names", metavar="HOST", multiple=True, help="Only this host; may be repeated."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
HTML = click.option(
    "--html",
    "html",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write a report for a browser there, too.",
)
