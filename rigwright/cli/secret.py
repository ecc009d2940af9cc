"""``rig secret``: keep the secrets of an inventory. No command prints a value or takes one as an argument."""

from __future__ import annotations

import getpass
import os
import socket
import sys
from datetime import datetime, timezone
from pathlib import Path

import click

from rigwright.cli.secret_access import list_secrets, recipients
from rigwright.cli.secret_arguments import inventory_argument, name_argument
from rigwright.cli.sheet_text import ask
from rigwright.console import echo, note
from rigwright.errors import RigError
from rigwright.secrets import Secret, editor, quality, store
from rigwright.secrets.document import Document, Entry
from rigwright.secrets.identity import create_identity, identity_path, public_keys
from rigwright.secrets.quality import KINDS, Kind
from rigwright.secrets.recipients import Recipient, check_name, find

APPLY = "hosts have the old value until: rig apply inventories/{}.py"


@click.group("secret")
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=store.DIRECTORY,
    show_default="inventories/secrets",
    help="Where the stores are.",
)
@click.pass_context
def command(ctx: click.Context, directory: Path) -> None:
    """Manage the secrets, encrypted in the repository."""
    ctx.obj = directory


command.add_command(list_secrets)
command.add_command(recipients)


@command.command("init")
@click.option(
    "--name", "who", default=lambda: f"{getpass.getuser()}@{socket.gethostname()}", help="Your name."
)
@click.option("--sheet", is_flag=True, help="Type the text of the recovery sheet, which opens the secrets.")
@click.pass_obj
def init(directory: Path, who: str, *, sheet: bool) -> None:
    """Create your identity if there is none, and add it to the recipients of the secrets.

    With secrets that you cannot read yet, another recipient must add you; --sheet does without one.
    """
    opener = [ask()] if sheet else None
    path = identity_path(os.environ)
    key = public_keys(path)[0] if path.exists() else create_identity(path)
    echo(f"your identity: {path} (keep a backup: without it you cannot read the secrets)")
    echo(f"your public key: {key}")
    if find(store.read_recipients(directory), key):
        echo("it can read the secrets already")
        return
    store.change_recipients(directory, lambda listed: (*listed, Recipient(check_name(who), key)), opener)
    echo(f"added as {who!r} to {directory / store.RECIPIENTS}; commit that file")


@command.command("set")
@inventory_argument
@name_argument
@click.argument("value", nargs=-1, type=click.UNPROCESSED, metavar="")
@click.option("--kind", type=click.Choice(KINDS), help="What it is [default: as before, or password].")
@click.pass_obj
def set_secret(directory: Path, inventory: str, name: str, value: tuple[str, ...], kind: Kind | None) -> None:
    """Store a value, read from standard input or typed without echo.

    Kinds: password (of a service of yours), session (signs sessions), token (issued by
    an external service), file (a key or certificate: many lines or binary).
    """
    if value:
        raise click.UsageError(
            "a value is never an argument, because it shows in the shell's history and in the process list. "
            "Choose another one, and give it on standard input or at the prompt."
        )
    path = directory / f"{inventory}.age"
    old = store.read(path).entries.get(name) if path.exists() else None
    kind = kind or (old.kind if old else "password")
    _store(path, _checked(_read_value(name, kind), kind), kind)
    echo(f"{'replaced' if old else 'stored'} {name} ({kind}) in {path}")
    if old:
        note(APPLY.format(inventory))


def _read_value(name: str, kind: Kind) -> Secret:
    if not sys.stdin.isatty():
        content = Secret(name, sys.stdin.buffer.read())
        return content if kind == "file" else _one_line(content)
    if kind == "file":
        raise click.UsageError(f"give a file on standard input: rig secret set … {name} --kind file < FILE")
    return Secret(name, click.prompt(name, hide_input=True, confirmation_prompt=True, err=True))


def _one_line(secret: Secret) -> Secret:
    return Secret(secret.name, secret.reveal_bytes().removesuffix(b"\n").removesuffix(b"\r"))


def _checked(secret: Secret, kind: Kind) -> Secret:
    reason = quality.weakness(secret, kind)
    if reason is None:
        return secret
    raise RigError(
        f"refused: {reason}", setting=secret.name, next_step="choose another, or `rig secret generate`"
    )


def _store(path: Path, secret: Secret, kind: Kind) -> None:
    store.change(path, lambda content: content.with_secret(secret, kind, _now()))


def _now() -> datetime:
    return datetime.now(timezone.utc)


@command.command("generate")
@inventory_argument
@name_argument
@click.option("--kind", type=click.Choice(["password", "session"]), default="password", show_default=True)
@click.pass_obj
def generate(directory: Path, inventory: str, name: str, kind: Kind) -> None:
    """Generate and store a secret: 32 letters and digits, or 64 random bytes as base64url."""
    path = directory / f"{inventory}.age"

    def add(content: Document) -> Document:
        if name in content.entries:
            raise RigError(
                "exists already",
                file=str(path),
                setting=name,
                next_step=f"rig secret rotate {inventory} {name}",
            )
        return content.with_secret(quality.generate(name, kind), kind, _now())

    store.change(path, add)
    echo(f"generated {name} ({kind}) in {path}")


def _entry(content: Document, path: Path, name: str) -> Entry:
    if name not in content.entries:
        raise RigError(
            f"there is no secret {name!r}", file=str(path), next_step=f"rig secret set {path.stem} {name}"
        )
    return content.entries[name]


@command.command("rotate")
@inventory_argument
@name_argument
@click.pass_obj
def rotate(directory: Path, inventory: str, name: str) -> None:
    """Replace a password or session secret by a new one."""
    path = directory / f"{inventory}.age"

    def renew(content: Document) -> Document:
        kind = _entry(content, path, name).kind
        return content.with_secret(quality.generate(name, kind), kind, _now())

    store.change(path, renew)
    echo(f"rotated {name} in {path}")
    note(APPLY.format(inventory))


@command.command("edit")
@inventory_argument
@name_argument
@click.pass_obj
def edit(directory: Path, inventory: str, name: str) -> None:
    """Open a value in $EDITOR, in a private directory in memory."""
    path = directory / f"{inventory}.age"
    old = _entry(store.read(path), path, name)
    edited = editor.edit(old.secret, os.environ)
    new = edited if old.kind == "file" else _one_line(edited)
    if new == old.secret:
        echo("unchanged")
        return

    def replace(content: Document) -> Document:
        if _entry(content, path, name) != old:
            raise RigError(
                "was changed by another process meanwhile", setting=name, next_step="edit it again"
            )
        return content.with_secret(_checked(new, old.kind), old.kind, _now())

    store.change(path, replace)
    echo(f"replaced {name} in {path}")
    note(APPLY.format(inventory))


@command.command("remove")
@inventory_argument
@name_argument
@click.pass_obj
def remove(directory: Path, inventory: str, name: str) -> None:
    """Remove a secret from the store. Earlier commits still hold it, encrypted."""
    path = directory / f"{inventory}.age"

    def drop(content: Document) -> Document:
        _entry(content, path, name)
        return content.without(name)

    store.change(path, drop)
    echo(f"removed {name} from {path}")
