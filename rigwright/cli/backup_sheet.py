"""``rig backup sheet``: make the recovery sheet, or prove that the one on paper still opens everything."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timezone
from pathlib import Path

import click

from rigwright import console
from rigwright.backup import keeping
from rigwright.backup import sheet as content
from rigwright.backup.sheet import Sheet, SheetHost
from rigwright.cli.options import INVENTORY
from rigwright.cli.sheet_text import ask
from rigwright.errors import Exit, RigError
from rigwright.inventory.load import Host, load
from rigwright.remote import provenance
from rigwright.report.terminal import about
from rigwright.repository import ROOT
from rigwright.secrets import Secret, age, recovery, store

EXAMPLES = """\b
Examples:
  rig backup sheet inventories/prod.py --out /dev/shm/sheet.html
  rig backup sheet inventories/prod.py | lp
  rig backup sheet --check

\b
Exit codes: 0 made, or it opens everything, 1 failed
"""
COMMIT = "commit {}; hosts know it after: rig apply"


@click.command("sheet", epilog=EXAMPLES)
@INVENTORY
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A new .html or .txt file.")
@click.option(
    "--check", is_flag=True, help="Type the text of the sheet, and prove that it opens the secrets."
)
@click.option("--secrets-only", is_flag=True, help="With --check: ask no host for the bundles.")
@click.option("--replace", is_flag=True, help="Make another, which the one before is worth nothing after.")
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=store.DIRECTORY,
    show_default="inventories/secrets",
    help="Where the stores are.",
)
def sheet(
    *, inventory: Path, out: Path | None, check: bool, secrets_only: bool, replace: bool, directory: Path
) -> int:
    """Make the recovery sheet: a key on paper that opens the secrets once all else is lost.

    Its public key is added to the recipients of the secrets; the secret key is printed once, as text and as a
    QR code, and kept nowhere. Without --out it is printed to the terminal.
    --check proves that its text opens the secrets and the bundles beside the backups, and records the day.
    """
    if check:
        if out or replace:
            raise click.UsageError("--check makes no sheet: leave --out and --replace out")
        hosts = () if secrets_only else load(inventory)
        return _check(hosts, directory)
    if secrets_only:
        raise click.UsageError("--secrets-only is for --check")
    _make(load(inventory), directory, out, replace=replace)
    return int(Exit.OK)


def _check(hosts: tuple[Host, ...], directory: Path) -> int:
    """Secrets first, then the bundles beside the backups; the day is recorded where all of it was opened."""
    identity = ask()
    for name, count in recovery.prove(directory, identity).items():
        console.echo(f"it opens {directory / name}: {count} secret{'' if count == 1 else 's'}")
    opened = keeping.prove(hosts, directory, identity)
    for one in opened:
        console.echo(f"{one.host}: {one.data}: {one.error or one.lines[0]}")
    if any(one.code for one in opened):
        console.note("nothing is recorded: run again, or prove the secrets alone with --secrets-only")
        return int(Exit.UNKNOWN)
    recovery.record(directory, datetime.now(timezone.utc))
    console.note(COMMIT.format(directory / recovery.RECORD))
    return int(Exit.OK)


def _make(hosts: tuple[Host, ...], directory: Path, out: Path | None, *, replace: bool) -> None:
    _refuse(directory, out, replace=replace)
    listed = tuple(filter(None, map(_host, hosts)))
    identity = age.new_identity()
    made = Sheet(
        Secret("recovery_key", str(identity)),
        age.public_key(identity),
        datetime.now(timezone.utc),
        provenance.operator(),
        provenance.revision(),
        tuple(path.name for path in store.stores(directory)),
        listed,
    )
    if out:
        _write(out, made)
    try:
        recovery.adopt(directory, identity, made.at)
    except BaseException:
        if out:
            out.unlink()
        raise
    if not out:
        console.echo(content.as_text(made, coloured=console.coloured(sys.stdout)))
    _notes(hosts, directory, out, replaced=replace)


def _refuse(directory: Path, out: Path | None, *, replace: bool) -> None:
    """What is wrong, before any key is made."""
    if not store.stores(directory):
        raise RigError(
            "there are no secrets here, so a sheet would open nothing",
            file=str(directory),
            next_step="rig secret generate INVENTORY NAME",
        )
    known = recovery.read(directory)
    if known.key and known.made and not replace:
        raise RigError(
            f"there is a recovery sheet, of {known.made:%Y-%m-%d}",
            file=str(directory / recovery.RECORD),
            next_step="prove that it works: rig backup sheet --check; if it is lost, or was seen: --replace",
        )
    if out is None:
        return
    if out.suffix not in (".html", ".txt"):
        raise click.UsageError(f"--out {out}: name a .html or a .txt file")
    if out.absolute().parent.resolve().is_relative_to(ROOT) or out.exists():
        why = "exists" if out.exists() else "is in the repository, where it might be committed"
        raise RigError(f"it {why}", file=str(out), next_step="name a new file in memory: /dev/shm/sheet.html")


def _host(host: Host) -> SheetHost | None:
    places = tuple(place for one in host.rig.desired() for place in one.backup_places)
    return SheetHost(host.name, " ".join(about(host).split()), places) if places else None


def _write(out: Path, made: Sheet) -> None:
    """For its owner alone; it is never replaced in place, which would leave blocks of it on a disk."""
    from rigwright.backup.sheet_page import as_html

    text = as_html(made) if out.suffix == ".html" else content.as_text(made, coloured=False)
    try:
        with os.fdopen(
            os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
    except OSError as error:
        raise RigError(
            f"it cannot be written: {error.strerror}", file=str(out), next_step="another file"
        ) from None


def _notes(hosts: tuple[Host, ...], directory: Path, out: Path | None, *, replaced: bool) -> None:
    if out:
        console.note(f"print {out}, and then delete it: shred -u {out}")
    console.note("prove that the paper works: rig backup sheet --check")
    console.note(COMMIT.format(directory))
    if replaced:
        console.note(
            "whoever has the old sheet knows every value: rig secret list INVENTORY shows what to rotate"
        )
    for host in hosts:
        for one in host.rig.desired():
            for place in one.backup_places:
                if place.store is None or Path(place.store).resolve() != directory.resolve():
                    console.note(
                        f"{host.name}: the passphrase of the {place.name} is not from {directory}, "
                        "so that the sheet does not open it"
                    )
