"""``rig docs``: write the generated pages of the documentation."""

from __future__ import annotations

import importlib
from datetime import datetime, timezone
from pathlib import Path

import click

from rigwright.cli.options import HTML, INVENTORY, LIMIT
from rigwright.console import echo, note, style
from rigwright.errors import Exit
from rigwright.inventory.load import limit, load
from rigwright.report import html as report
from rigwright.report import site as page
from rigwright.repository import ROOT

DOCS = ROOT / "docs"
REFERENCE, HOW_TO = DOCS / "reference", DOCS / "how-to"
# By name, because the toolkit imports no subsystem.
RIG_MODULE = "deploys.rig"

EPILOG = """\b
Examples:
  rig docs
  rig docs --check
  rig docs site inventories/prod.py >site.md

\b
Exit codes: 0 written, or all pages are fresh; 2 --check found a stale page
"""
SITE_EPILOG = """\b
Examples:
  rig docs site inventories/prod.py >site.md
  rig docs site inventories/prod.py --limit studio --html site.html

\b
Exit codes: 0 written, 1 the inventory cannot be read
"""


@click.group("docs", invoke_without_command=True, epilog=EPILOG)
@click.option("--check", is_flag=True, help="Write nothing, and exit 2 when a page is stale.")
@click.pass_context
def command(context: click.Context, *, check: bool) -> int:
    """Write the generated parts of the documentation: settings, commands, schemas, pages of subsystems."""
    if context.invoked_subcommand:
        return int(Exit.OK)
    stale = [(path, text) for path, text in pages().items() if not path.exists() or path.read_text() != text]
    for path, text in stale:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        echo(f"{style('stale' if check else 'written', 'yellow')}  {path.relative_to(ROOT)}")
    if not stale:
        echo(style("every generated page is fresh", "green"))
    return int(Exit.CHANGES if check and stale else Exit.OK)


@command.command("site", epilog=SITE_EPILOG)
@INVENTORY
@LIMIT
@click.option("--title", default="Our site", show_default=True, help="The heading of the page.")
@HTML
def site(*, inventory: Path, names: tuple[str, ...], title: str, html: Path | None) -> int:
    """Write what a team must know of its hosts: services, ports, data, backups, alerts and runbooks.

    It is made from the inventory alone: it contacts no host, and holds no secret.
    """
    hosts = limit(load(inventory), names)
    if html is None:
        echo(page.as_markdown(hosts, title).rstrip())
        return int(Exit.OK)
    report.check(html)
    report.write(html, page.as_page(hosts, title, datetime.now(timezone.utc)))
    note(f"written: {html}")
    return int(Exit.OK)


def pages() -> dict[Path, str]:
    """The generated pages as they should be, by path."""
    from rigwright.cli import cli
    from rigwright.dev.docs import commands, index, schemas, settings
    from rigwright.dev.subsystem import page as subsystem_page

    rig = importlib.import_module(RIG_MODULE)
    titles = {name: index.heading((DOCS / f"{name}.md").read_text()) for name in rig.subsystems()}
    return {
        REFERENCE / "settings.md": settings.page(rig.Rig),
        REFERENCE / "commands.md": commands.page(cli),
        HOW_TO / "add-a-subsystem.md": subsystem_page.page(),
        HOW_TO / "README.md": index.index((HOW_TO / "README.md").read_text(), titles),
        **{REFERENCE / "schemas" / name: text for name, text in schemas.pages().items()},
    }
