"""The stores: ``inventories/secrets/<inventory>.age``, one for each inventory, for all recipients."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from functools import cache
from pathlib import Path

from rigwright.atomic import locked, replace
from rigwright.errors import RigError
from rigwright.secrets import age, document, recipients
from rigwright.secrets.document import Document
from rigwright.secrets.identity import identity_path, load_identities, public_keys
from rigwright.secrets.recipients import Recipient
from rigwright.secrets.value import Secret

DIRECTORY = Path(__file__).resolve().parents[2] / "inventories" / "secrets"
RECIPIENTS = "recipients.txt"
CONFLICT = b"<<<<<<< "


_instead: ContextVar[Callable[[Secret], Secret] | None] = ContextVar("_instead", default=None)


@contextmanager
def instead(replaced: Callable[[Secret], Secret]) -> Iterator[None]:
    """Within, every secret that is read is what this makes of it."""
    token = _instead.set(replaced)
    try:
        yield
    finally:
        _instead.reset(token)


class Secrets:
    """The secrets of an inventory, by name: ``Secrets("prod")["tls_key"]``.

    The store is decrypted when the first name is read, once in a process.
    """

    def __init__(self, inventory: str, directory: Path = DIRECTORY) -> None:
        self.inventory = inventory
        self.path = directory / f"{inventory}.age"

    def __getitem__(self, name: str) -> Secret:
        """The secret of this name.

        Raises:
            RigError: There is none, or the store cannot be read.
        """
        replaced = _instead.get()
        return replaced(self._read(name)) if replaced else self._read(name)

    def _read(self, name: str) -> Secret:
        entry = _read_once(self.path).entries.get(name)
        if entry is None:
            raise RigError(
                f"there is no secret {name!r}",
                file=str(self.path),
                next_step=f"rig secret set {self.inventory} {name}",
            )
        return Secret(name, entry.secret.reveal_bytes(), str(self.path))

    def __contains__(self, name: object) -> bool:
        return name in _read_once(self.path).entries

    def __iter__(self) -> Iterator[str]:
        return iter(_read_once(self.path).entries)

    def __repr__(self) -> str:
        return f"Secrets({self.inventory!r})"


@cache
def _read_once(path: Path) -> Document:
    return read(path)


def read(path: Path, own: Sequence[age.Identity] | None = None) -> Document:
    """The decrypted store.

    Args:
        path: Its file.
        own: Identities that open it; None: the operator's.

    Raises:
        RigError: It is missing, damaged, or not encrypted for any of them.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise RigError(
            "this inventory has no secrets yet",
            file=str(path),
            next_step=f"rig secret set {path.stem} NAME",
        ) from None
    return document.parse(_decrypt(content, path, own), str(path))


def _decrypt(content: bytes, path: Path, own: Sequence[age.Identity] | None) -> bytes:
    identities = load_identities(identity_path(os.environ)) if own is None else own
    if CONFLICT in content:
        raise RigError(
            "two branches changed this store, and an encrypted file cannot be merged",
            file=str(path),
            next_step=f"git checkout --theirs {path}, then set again what the other branch had set",
        )
    try:
        return age.decrypt(content, identities)
    except age.NotForUsError:
        raise (_not_for_us(path) if own is None else _not_for(path, own)) from None
    except age.DamagedError as error:
        raise RigError(
            f"the store is damaged ({error})",
            file=str(path),
            next_step=f"restore the last good version: git log -- {path}; git checkout COMMIT -- {path}",
        ) from None


def _not_for_us(path: Path) -> RigError:
    identity = identity_path(os.environ)
    return RigError(
        f"the identity {identity} is not among those that this store is encrypted for",
        file=str(path),
        next_step="ask an operator who can read it: rig secret recipients add "
        f"{public_keys(identity)[0]} YOUR-NAME; or point $RIG_IDENTITY at the right identity",
    )


def _not_for(path: Path, own: Sequence[age.Identity]) -> RigError:
    keys = ", ".join(map(age.public_key, own))
    return RigError(
        f"it is not encrypted for {keys}",
        file=str(path),
        next_step="rig secret recipients list shows for whom it is",
    )


def read_recipients(directory: Path) -> tuple[Recipient, ...]:
    """Who the stores of this directory are for; none when there is no list yet."""
    path = directory / RECIPIENTS
    try:
        return recipients.parse(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        return ()


def stores(directory: Path) -> list[Path]:
    """Every store of the directory, sorted."""
    return sorted(directory.glob("*.age"))


def change(path: Path, transform: Callable[[Document], Document]) -> Document:
    """Read, transform and write a store under its lock, encrypted for the present recipients.

    A store that does not exist yet starts empty. The result is also what is returned.

    Raises:
        RigError: It could not be read or written, or the writer could not read the result.
    """
    with locked(path.parent):
        listed = read_recipients(path.parent)
        _check_own_access(listed, path.parent / RECIPIENTS)
        old = read(path) if path.exists() else Document(recipients=listed)
        new = transform(old).for_recipients(listed, datetime.now(timezone.utc))
        replace(path, _encrypt(new, listed))
        return new


def change_recipients(
    directory: Path,
    transform: Callable[[tuple[Recipient, ...]], tuple[Recipient, ...]],
    own: Sequence[age.Identity] | None = None,
) -> list[tuple[Path, Document]]:
    """Change who can read, and encrypt every store of the directory anew.

    All stores are read before anything is written. Running it again finishes what a killed run began,
    because the list is written first and each store names the recipients it is encrypted for.
    ``own`` are identities that open the stores; None: the operator's.
    """
    with locked(directory):
        listed = transform(read_recipients(directory))
        _check_own_access(listed, directory / RECIPIENTS)
        now = datetime.now(timezone.utc)
        changed = [(path, read(path, own).for_recipients(listed, now)) for path in stores(directory)]
        sealed = [(path, _encrypt(content, listed)) for path, content in changed]
        replace(directory / RECIPIENTS, recipients.render(listed).encode(), mode=0o644)
        for path, content in sealed:
            replace(path, content)
        return changed


def _check_own_access(listed: tuple[Recipient, ...], file: Path) -> None:
    own = public_keys(identity_path(os.environ))
    if not any(recipient.key in own for recipient in listed):
        raise RigError(
            "your own key is not in the list, so you could not read what you write",
            file=str(file),
            next_step="rig secret init",
        )


def _encrypt(content: Document, listed: tuple[Recipient, ...]) -> bytes:
    return age.encrypt(document.render(content), [recipient.key for recipient in listed])
