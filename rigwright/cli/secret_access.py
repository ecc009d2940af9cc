"""``rig secret list`` and ``rig secret recipients``: which secrets there are, and who can read them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from rigwright.cli.secret_arguments import inventory_argument
from rigwright.console import echo, style
from rigwright.errors import RigError
from rigwright.secrets import store
from rigwright.secrets.document import Document
from rigwright.secrets.identity import identity_path, public_keys
from rigwright.secrets.recipients import Recipient, check_key, check_name, find


def rows(content: Document, now: datetime) -> list[dict[str, Any]]:
    """What ``list`` shows of each secret, sorted by name: never its value."""
    return [
        {
            "name": name,
            "kind": entry.kind,
            "created": entry.created.isoformat(timespec="seconds"),
            "rotated": entry.rotated.isoformat(timespec="seconds"),
            "age_days": round(entry.age_days(now), 1),
            "known_to": [recipient.name for recipient in content.known_to(name)],
        }
        for name, entry in sorted(content.entries.items())
    ]


@click.command("list")
@inventory_argument
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
@click.pass_obj
def list_secrets(directory: Path, inventory: str, as_json: bool) -> None:
    """Show names, kinds and ages in days; never values."""
    found = rows(store.read(directory / f"{inventory}.age"), datetime.now(timezone.utc))
    if as_json:
        echo(json.dumps(found, indent=2))
        return
    width = max((len(row["name"]) for row in found), default=4)
    echo(style(f"{'NAME':{width}}  KIND      DAYS  ROTATE", "bold"))
    for row in found:
        reason = f"known to {', '.join(row['known_to'])}, who was removed" if row["known_to"] else ""
        days = int(row["age_days"])
        echo(f"{row['name']:{width}}  {row['kind']:8}  {days:4}  {style(reason, 'yellow')}".rstrip())


@click.group("recipients")
def recipients() -> None:
    """Manage who can read the secrets."""


@recipients.command("list")
@click.pass_obj
def list_recipients(directory: Path) -> None:
    """Show names and public keys."""
    for recipient in store.read_recipients(directory):
        echo(f"{recipient.key}  {recipient.name}")


@recipients.command("add")
@click.argument("key")
@click.argument("name")
@click.pass_obj
def add(directory: Path, key: str, name: str) -> None:
    """Let the owner of an age public key read all secrets."""
    new = Recipient(check_name(name), check_key(key))

    def extend(listed: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        return (*(one for one in listed if one.key != key), new)

    changed = store.change_recipients(directory, extend)
    echo(f"{name} can read {_names(path for path, _ in changed)}; commit {directory}")


@recipients.command("remove")
@click.argument("who", metavar="NAME|KEY")
@click.pass_obj
def remove(directory: Path, who: str) -> None:
    """Remove an operator: encrypt all secrets anew, and list what must be rotated."""

    def shrink(listed: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        gone = find(listed, who)
        if gone and gone.key in public_keys(identity_path(os.environ)):
            raise RigError("this is your own key", next_step="ask another operator to remove you")
        return tuple(one for one in listed if one != gone)

    before = find(store.read_recipients(directory), who)
    changed = store.change_recipients(directory, shrink)
    if not before and not any(find(_removed(content), who) for _, content in changed):
        raise RigError(
            f"there is no recipient {who!r}", file=str(directory), next_step="rig secret recipients list"
        )
    echo(f"{who} cannot read future versions of {_names(path for path, _ in changed)}; commit {directory}")
    _ask_for_rotation(who, changed)


def _names(paths: Iterable[Path]) -> str:
    return ", ".join(path.name for path in paths) or "the secrets, as soon as there are any"


def _removed(content: Document) -> tuple[Recipient, ...]:
    return tuple(removal.recipient for removal in content.removals)


def _ask_for_rotation(who: str, changed: list[tuple[Path, Document]]) -> None:
    todo = [
        f"  rig secret rotate {path.stem} {name}"
        if entry.kind in ("password", "session")
        else f"  rig secret set {path.stem} {name} --kind {entry.kind}"
        for path, content in changed
        for name, entry in sorted(content.entries.items())
        if find(content.known_to(name), who)
    ]
    if not todo:
        return
    echo(f"\n{who} could read the values below, may have kept them, and can still decrypt earlier commits.")
    echo("Encrypting anew takes none of that back; only new values do. Rotate every one:\n")
    echo("\n".join(todo))
    echo("\n`rig secret list INVENTORY` shows what is left to rotate.")
