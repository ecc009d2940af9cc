"""Accounts and keys of a host, out of what ``rigwright/host/access.py`` prints."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

LENGTH_BYTES = 4
COMMAND_RULE = ") "
PASSWORD_FREE = ("NOPASSWD:", "PASSWD:", "SETENV:", "NOSETENV:", "NOEXEC:", "EXEC:")


@dataclass(frozen=True)
class Key:
    """A public key that logs in.

    Attributes:
        kind: Its type, such as ``ssh-ed25519``.
        fingerprint: As ``ssh-keygen -l`` prints it.
        comment: The text behind the key.
        path: The file in which it stands.
        options: What restricts it, such as ``command="…"``.
        used: When it logged in last, as far as the journal reaches.
        declared: The inventory names it, or does not manage this account's keys.
    """

    kind: str
    fingerprint: str
    comment: str
    path: str
    options: str = ""
    used: datetime | None = None
    declared: bool = False


@dataclass(frozen=True)
class Account:
    """An account that can log in, or that belongs to a person.

    Attributes:
        name: The login name.
        uid: Its number.
        shell: The login shell.
        groups: Groups besides its own.
        password: ``locked``, ``set`` or ``empty``.
        expired: The account has expired and cannot log in.
        keys: The keys that sshd takes.
        sudo: What it may run, in sudo's words.
        login: When it logged in over SSH last, as far as the journal reaches.
        declared: The inventory knows of it.
        able: It can log in: it has not expired, and it has a key or a password.
    """

    name: str
    uid: int
    shell: str
    groups: tuple[str, ...] = ()
    password: str = "locked"  # noqa: S105  it is none
    expired: bool = False
    keys: tuple[Key, ...] = ()
    sudo: tuple[str, ...] = ()
    login: datetime | None = None
    declared: bool = False
    able: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        able = not self.expired and (bool(self.keys) or self.password != "locked")  # noqa: S105  the state
        object.__setattr__(self, "able", able)

    @property
    def commands(self) -> tuple[str, ...]:
        """What it may run through sudo, without the target user and the tags."""
        return tuple(command for rule in self.sudo for command in _commands(rule))


def _commands(rule: str) -> Iterator[str]:
    """``(ALL) NOPASSWD: /bin/a, /bin/b ""``: the commands, whose own commas sudo writes with a backslash."""
    words = rule.partition(COMMAND_RULE)[2] or rule
    for part in words.split(", "):
        command = part
        while command.startswith(PASSWORD_FREE):
            command = command.partition(":")[2].lstrip()
        yield command.replace('\\"', '"')  # sudo 1.9.9 writes a quotation mark with a backslash


def key(line: str, path: str) -> Key | None:
    """The key in a line of ``authorized_keys``; None where sshd finds none either."""
    options, rest = "", line
    if blob(line) is None:
        end = _end_of_options(line)
        options, rest = line[:end], line[end:].strip()
    found = blob(rest)
    if found is None:
        return None
    digest = base64.b64encode(hashlib.sha256(found).digest()).decode().rstrip("=")
    kind, _, *comment = [*rest.split(maxsplit=2)]
    return Key(kind, f"SHA256:{digest}", comment[0] if comment else "", path, options)


def blob(text: str) -> bytes | None:
    """The bytes of ``TYPE BASE64 …``, None where it is no such thing."""
    kind, *more = text.split(maxsplit=2) or [""]
    try:
        found = base64.b64decode(more[0], validate=True)
    except (IndexError, binascii.Error):
        return None
    length = int.from_bytes(found[:LENGTH_BYTES], "big")
    own = found[LENGTH_BYTES : LENGTH_BYTES + length]
    # A certificate's authority stands there under its own type, and everything else under the key's.
    return found if own == kind.encode() else None


def _end_of_options(line: str) -> int:
    """Where the first word ends; a space in quotation marks ends none."""
    quoted = escaped = False
    for place, letter in enumerate(line):
        if letter == '"' and not escaped:
            quoted = not quoted
        elif letter in " \t" and not quoted:
            return place
        escaped = letter == "\\" and not escaped
    return len(line)


def moment(seconds: object) -> datetime | None:
    """A time of the host's clock, to the second."""
    return datetime.fromtimestamp(int(seconds), timezone.utc) if isinstance(seconds, (int, float)) else None


def account(raw: Mapping[str, Any], logins: Mapping[str, Any]) -> Account:
    """One account of a host's output.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: It is not such output.
    """
    name = str(raw["name"])
    found = [key(str(one["line"]), str(one["path"])) for one in raw["keys"]]

    def used(one: Key) -> datetime | None:
        return moment(logins["keys"].get(f"{name} {one.fingerprint}"))

    return Account(
        name,
        int(raw["uid"]),
        str(raw["shell"]),
        tuple(map(str, raw["groups"])),
        str(raw["password"]),
        raw["expired"] is True,
        tuple(replace(one, used=used(one)) for one in found if one),
        tuple(map(str, raw["sudo"])),
        moment(logins["users"].get(name)),
    )
