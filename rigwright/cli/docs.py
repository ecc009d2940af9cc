"""``rig docs``: write the generated pages of the documentation."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from rigwright.console import echo, style
from rigwright.errors import Exit
from rigwright.repository import ROOT

DOCS = ROOT / "docs"
REFERENCE, HOW_TO = DOCS / "reference", DOCS / "how-to"
# By name, because the toolkit imports no subsystem.
RIG_MODULE = "deploys.rig"

EPILOG = """\b
Examples:
  rig docs
  rig docs --check

\b
Exit codes: 0 written, or all pages are fresh; 2 --check found a stale page
"""


@click.command(epilog=EPILOG)
@click.option("--check", is_flag=True, help="Write nothing, and exit 2 when a page is stale.")
def command(check: bool) -> int:
    """Write the generated parts of the documentation: settings, commands, schemas, pages of subsystems."""
    stale = [(path, text) for path, text in pages().items() if not path.exists() or path.read_text() != text]
    for path, text in stale:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        echo(f"{style('stale' if check else 'written', 'yellow')}  {path.relative_to(ROOT)}")
    if not stale:
        echo(style("every generated page is fresh", "green"))
    return int(Exit.CHANGES if check and stale else Exit.OK)


def pages() -> dict[Path, str]:
    """The generated pages as they should be, by path."""
    from rigwright.cli import cli
    from rigwright.dev.docs import commands, index, schemas, settings
    from rigwright.dev.subsystem import page

    rig = importlib.import_module(RIG_MODULE)
    titles = {name: index.heading((DOCS / f"{name}.md").read_text()) for name in rig.subsystems()}
    return {
        REFERENCE / "settings.md": settings.page(rig.Rig),
        REFERENCE / "commands.md": commands.page(cli),
        HOW_TO / "add-a-subsystem.md": page.page(),
        HOW_TO / "README.md": index.index((HOW_TO / "README.md").read_text(), titles),
        **{REFERENCE / "schemas" / name: text for name, text in schemas.pages().items()},
    }
