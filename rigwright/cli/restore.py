"""``rig restore``: bring data of a host back as it was at a time."""

from __future__ import annotations

import sys

import click

from rigwright import console
from rigwright.backup import restore_terminal as terminal
from rigwright.backup.restore_document import Plan, plan, restored
from rigwright.backup.restoring import Request, Restoring
from rigwright.cli.options import JSON, inventory_first
from rigwright.errors import Exit, RigError
from rigwright.inventory.load import Host, load, only

EPILOG = """\b
Examples:
  rig restore inventories/prod.py studio --dry-run        what can be restored
  rig restore studio --what files:uploads --to '2027-03-01 14:05:00+00' --dry-run
  rig restore studio --what files:uploads --folder /srv/restored
  rig restore studio --what database:shop --to '2027-03-01 14:05:00+00'
  rig restore studio --what volume:shop_data --replace --yes
  rig restore studio --status

\b
Exit codes: 0 restored, or it can be; 1 refused, failed, or state unknown;
            2 it takes longer, or loses more, than is promised
"""


@click.command(epilog=EPILOG)
@click.argument("words", nargs=-1, required=True, metavar="[INVENTORY] HOST")
@click.option(
    "--what", default="", metavar="WORD", help="What comes back, such as volume:NAME, or host for everything."
)
@click.option(
    "--to", default="latest", show_default=True, metavar="TIME", help="A time, or the label of a backup."
)
@click.option(
    "--from",
    "place",
    type=click.Choice(["primary", "second"]),
    default="primary",
    show_default=True,
    help="Where the backups are read.",
)
@click.option("--folder", default="", metavar="PATH", help="Where files come: a new folder is made in it.")
@click.option(
    "--beside", "way", flag_value="beside", default=True, help="Leave what is live as it is (the default)."
)
@click.option(
    "--replace", "way", flag_value="replace", help="Put it in place of what is live, which is kept."
)
@click.option("--yes", is_flag=True, help="With --replace: do not ask for the host's name.")
@click.option("--dry-run", is_flag=True, help="Show what it would do, and change nothing.")
@click.option("--status", is_flag=True, help="Show the last restore, with the time that each step took.")
@JSON
def command(
    *,
    words: tuple[str, ...],
    what: str,
    to: str,
    place: str,
    folder: str,
    way: str,
    yes: bool,
    dry_run: bool,
    status: bool,
    as_json: bool,
) -> int:
    """Bring data of a host back as it was at a time, beside what is live or in its place.

    The host carries it out by itself: after Ctrl-C it goes on, and --status shows how far it is.
    A time without a zone is one of the host's.
    """
    host = _host(words)
    with console.Progress(f"querying {host.name}"):
        restoring = Restoring(host)
    try:
        if status:
            return _status(host, restoring, as_json=as_json)
        request = Request(what, to, way, place, folder)
        if dry_run:
            return _dry_run(host, restoring, request, as_json=as_json)
        return _restore(host, restoring, request, yes=yes, as_json=as_json)
    finally:
        restoring.close()


def _host(words: tuple[str, ...]) -> Host:
    inventory, names = inventory_first(words)
    if len(names) != 1:
        raise click.UsageError("name one host")
    return only(load(inventory), names[0])


def _status(host: Host, restoring: Restoring, *, as_json: bool) -> int:
    last = restored(restoring.status(), host.name)
    code = Exit.OK if last is None or last.state == "running" else (last.code if last.code is not None else 1)
    console.echo(
        terminal.as_json(host.name, int(code), last=last) if as_json else terminal.ended(host.name, last)
    )
    return int(code)


def _dry_run(host: Host, restoring: Restoring, request: Request, *, as_json: bool) -> int:
    found = _plan(host, restoring, request)
    code = int(terminal.verdict(found))
    console.echo(terminal.as_json(host.name, code, found) if as_json else terminal.planned(host.name, found))
    return code


def _plan(host: Host, restoring: Restoring, request: Request) -> Plan:
    with console.Progress(f"querying the backups of {host.name}"):
        return plan(restoring.plan(request), host.name)


def _restore(host: Host, restoring: Restoring, request: Request, *, yes: bool, as_json: bool) -> int:
    """Show first what it would do, unless it is one that was killed, and let a person agree."""
    last = restored(restoring.status(), host.name)
    found = None
    if last is None or last.state != "killed" or last.way != "replace":
        found = _plan(host, restoring, request)
        if terminal.verdict(found) is Exit.UNKNOWN:
            return _dry_run(host, restoring, request, as_json=as_json)
    if not as_json:
        killed = f"{host.name}: the restore that was killed goes on"
        console.echo(terminal.planned(host.name, found) if found else killed)
    if request.way == "replace":
        _agree(host.name, yes=yes)
    restoring.start(request)
    with console.Progress(f"restoring {request.what} of {host.name}") as progress:
        last = restored(restoring.follow(lambda line: progress.step(console.printable(line))), host.name)
    code = Exit.UNKNOWN if last is None or last.code is None else Exit(last.code)
    console.echo(
        terminal.as_json(host.name, int(code), found, last) if as_json else terminal.ended(host.name, last)
    )
    return int(code)


def _agree(host: str, *, yes: bool) -> None:
    """Two words before live data is replaced: ``--replace``, and ``--yes`` or the host's name.

    Raises:
        RigError: The second one is missing.
    """
    if yes:
        return
    if sys.stdin.isatty() and click.prompt(f"type {host} to replace what is live", err=True) == host:
        return
    raise RigError("nothing was replaced", host=host, next_step="add --yes, or type the host's name")
