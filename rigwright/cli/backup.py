"""``rig backup``: what of hosts is backed up; make a backup now, and restore the newest in a trial."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import click

from rigwright import console
from rigwright.backup import carry_out, keeping, terminal
from rigwright.backup import html as backup_page
from rigwright.backup.carry_out import Ran, Verb
from rigwright.backup.survey import survey, verdict
from rigwright.cli.backup_sheet import sheet
from rigwright.cli.options import HTML, INVENTORY, JSON, LIMIT, forks
from rigwright.inventory.fan_out import AT_ONCE, WORKING_AT_ONCE
from rigwright.inventory.load import limit, load
from rigwright.report import html as report

SEEN = """\b
Examples:
  rig backup {name} inventories/prod.py
  rig backup {name} inventories/prod.py --limit studio --json
  rig backup {name} inventories/prod.py --html backups.html

\b
Exit codes: 0 all that is backed up is as promised, 2 findings, 1 state unknown
"""
DONE = """\b
Examples:
  rig backup {name} inventories/prod.py --limit studio

\b
Exit codes: 0 {good}, 1 failed or state unknown{more}
"""


@click.group("backup")
def command() -> None:
    """Show what of hosts is backed up, make a backup, and prove that the newest comes back."""


command.add_command(sheet)


@command.command("status", epilog=SEEN.format(name="status"))
@INVENTORY
@LIMIT
@forks(AT_ONCE)
@JSON
@HTML
def status(*, inventory: Path, names: tuple[str, ...], forks: int, as_json: bool, html: Path | None) -> int:
    """Show what is protected, how old, how big, and when it was proved (read-only)."""
    return _show(inventory, names, forks, html, as_json=as_json, each=False)


@command.command("list", epilog=SEEN.format(name="list"))
@INVENTORY
@LIMIT
@forks(AT_ONCE)
@JSON
@HTML
def list_backups(
    *, inventory: Path, names: tuple[str, ...], forks: int, as_json: bool, html: Path | None
) -> int:
    """Show the same with each backup (read-only)."""
    return _show(inventory, names, forks, html, as_json=as_json, each=True)


@command.command("now", epilog=DONE.format(name="now", good="every backup is made", more=""))
@INVENTORY
@LIMIT
@forks(WORKING_AT_ONCE)
def now(*, inventory: Path, names: tuple[str, ...], forks: int) -> int:
    """Make a backup of everything that has a repository, and wait until it is made.

    Where one is being made already, it waits for that one.
    After Ctrl-C it goes on on the host.
    The bundle of the inventory's repository is put beside the backups first, as `rig backup bundle` does.
    """
    kept = _bundle(inventory, names, forks)
    return _worst(kept, _carry_out(inventory, names, forks, "make", "backing up"))


@command.command("bundle", epilog=DONE.format(name="bundle", good="it is beside every backup", more=""))
@INVENTORY
@LIMIT
@forks(WORKING_AT_ONCE)
def bundle(*, inventory: Path, names: tuple[str, ...], forks: int) -> int:
    """Put the inventory's repository beside the backups, encrypted for whoever can read the secrets.

    It is a bundle of git: all that is committed, with its history. With it and the recovery sheet a host is
    built again where all else is lost. It concerns hosts whose passphrases are from the store of secrets.
    """
    return _bundle(inventory, names, forks)


@command.command(
    "verify",
    epilog=DONE.format(
        name="verify", good="every newest backup came back", more=",\n            2 one did not come back"
    ),
)
@INVENTORY
@LIMIT
@forks(WORKING_AT_ONCE)
def verify(*, inventory: Path, names: tuple[str, ...], forks: int) -> int:
    """Restore the newest backups in a trial, beside what runs, and read what is in them.

    After Ctrl-C it goes on on the host.
    """
    return _carry_out(inventory, names, forks, "prove", "restoring in a trial on")


def _show(
    inventory: Path, names: tuple[str, ...], forks: int, html: Path | None, *, as_json: bool, each: bool
) -> int:
    if html:
        report.check(html)
    at = datetime.now(timezone.utc)
    hosts = limit(load(inventory), names)
    with console.Progress(f"querying {', '.join(host.name for host in hosts)}"):
        reports = survey(hosts, forks)
    console.echo(terminal.as_json(reports) if as_json else terminal.as_text(reports, each=each))
    if html:
        report.write(html, backup_page.page(reports, at))
    return int(verdict(reports))


def _carry_out(inventory: Path, names: tuple[str, ...], forks: int, verb: Verb, what: str) -> int:
    hosts = limit(load(inventory), names)
    with console.Progress(f"{what} {', '.join(host.name for host in hosts)}") as progress:
        ran = carry_out.carry_out(hosts, verb, lambda line: progress.step(console.printable(line)), forks)
    for one in ran:
        _show_end(one, verb)
    return int(carry_out.verdict(ran))


def _bundle(inventory: Path, names: tuple[str, ...], forks: int) -> int:
    hosts = limit(load(inventory), names)
    with console.Progress("putting the repository beside the backups"):
        kept = keeping.keep(hosts, forks)
    for one in kept:
        _show_end(one, "make")
    return int(carry_out.verdict(kept)) if kept else 0


def _worst(*codes: int) -> int:
    """Unknown beats a finding."""
    return 1 if 1 in codes else max(codes)


def _show_end(one: Ran, verb: Verb) -> None:
    """The end of a run, and of one that failed what it printed."""
    failed = "did not come back" if one.code == carry_out.NOT_RESTORED else "failed"
    word = failed if one.code else ("backed up" if verb == "make" else "came back")
    colour = "red" if one.code else "green"
    console.echo(f"{console.style(one.host, 'bold')}  {one.data} {console.style(word, colour)}".rstrip())
    for line in one.lines:
        console.echo(f"    {console.printable(line)}")
    if one.error:
        console.note(str(one.error))
