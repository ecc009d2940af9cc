"""Accounts and authorized keys on this host that the inventory does not declare.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
No hash of a password leaves the host, and no key but its fingerprint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rigwright.host.packaged import content, text
from rigwright.host.places import changed
from rigwright.host.tools import run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from rigwright.host.places import Item

NO_SHELL = ("nologin", "false", "sync", "halt", "shutdown")
FIRST_PERSON, LAST_PERSON = 1000, 59999  # Debian's policy
PASSWD_FIELDS, SHADOW_FIELDS = 7, 2
WITH_A_SHELL = ("postgres",)
"""Accounts to which their own package gives a shell."""
KEY = re.compile(r"(?:^|[ \t])([a-z][a-z0-9@.-]+)[ \t]+(AAAA[A-Za-z0-9+/]+=*)(?=[ \t]|$)")
REFUSED = re.compile(r'command="echo [^"]*[Pp]lease login as the user')
"""How cloud images refuse root: the key opens no shell."""
USUAL_FILES = (".ssh/authorized_keys", ".ssh/authorized_keys2")
FILES = re.compile(r"^\s*AuthorizedKeysFile[\s=]+(.+)$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Account:
    """One line of ``/etc/passwd``."""

    name: str
    uid: int
    home: str
    shell: str


def accounts(passwd: str) -> list[Account]:
    """Every readable line."""
    rows = (line.split(":") for line in passwd.splitlines())
    return [
        Account(row[0], int(row[2]), row[5], row[6])
        for row in rows
        if len(row) == PASSWD_FIELDS and row[2].isdecimal()
    ]


def passwords(shadow: str) -> dict[str, str]:
    """``locked``, ``set`` or ``empty`` by account."""
    rows = (line.split(":") for line in shadow.splitlines())
    return {
        row[0]: "locked" if row[1][:1] in ("!", "*") else "set" if row[1] else "empty"
        for row in rows
        if len(row) >= SHADOW_FIELDS
    }


def strangers(
    known: list[Account], secrets: Mapping[str, str], declared: Collection[str], *, people: bool
) -> Iterator[Item]:
    """Accounts that are root, that could log in, or that have a password, and are not declared.

    Args:
        known: All accounts.
        secrets: The state of their passwords.
        declared: Names that the inventory declares.
        people: Whether it declares the accounts of people at all; where not, only a password counts.
    """
    for one in known:
        person = FIRST_PERSON <= one.uid <= LAST_PERSON
        password = secrets.get(one.name, "locked")
        unknown = person and not people and password == "locked"  # noqa: S105  the state
        if one.name == "root" or (one.name in declared and one.uid) or unknown:
            continue
        why = _why(one, password)
        if why:
            yield {
                "kind": "account.unmanaged",
                "where": one.name,
                "what": f"the account {one.name} (uid {one.uid}) is not declared: {why}",
                "actual": f"uid {one.uid}, {one.shell}",
                "changed": None,
            }


def _why(one: Account, password: str) -> str:
    shell = os.path.basename(one.shell)
    if one.uid == 0:
        return "it is root by another name"
    if password != "locked":  # noqa: S105  the state
        return "it has no password" if password == "empty" else "it has a password"  # noqa: S105  the state
    return f"its shell is {one.shell}" if shell not in NO_SHELL and one.name not in WITH_A_SHELL else ""


def key_files(known: list[Account]) -> Iterator[tuple[str, str]]:
    """Account and path of each file in which sshd searches keys, by all that its configuration says."""
    patterns = [
        *USUAL_FILES,
        *FILES.findall(run("sshd", "-T", "-C", "user=root,host=localhost,addr=127.0.0.1")),
    ]
    folder = "/etc/ssh/sshd_config.d"
    names = os.listdir(folder) if os.path.isdir(folder) else []
    for path in ("/etc/ssh/sshd_config", *(f"{folder}/{name}" for name in names if name.endswith(".conf"))):
        patterns += FILES.findall(text(path))
    words = dict.fromkeys(word for pattern in patterns for word in pattern.replace('"', "").split())
    for one in known:
        tokens = {"%%": "%", "%h": one.home, "%u": one.name, "%U": str(one.uid)}
        for word in words:
            path = re.sub("%[%huU]", lambda match, tokens=tokens: tokens[match[0]], word)  # type: ignore[misc]
            if path != "none" and "\0" not in path:
                yield one.name, os.path.normpath(os.path.join(one.home, path))


def keys(
    files: Iterator[tuple[str, str]], managed: Collection[str], elsewhere: Collection[str]
) -> Iterator[Item]:
    """Each key in a file that Rigwright does not manage, of an account whose keys nothing else manages."""
    seen: set[tuple[str, str]] = set()
    for name, path in files:
        if (name, path) in seen or path in managed or name in elsewhere:
            continue
        seen.add((name, path))
        data = content(path)
        for line in os.fsdecode(data or b"").splitlines():
            match = None if line.lstrip().startswith("#") or REFUSED.search(line) else KEY.search(line)
            if match:
                yield _key(name, path, match)


def _key(name: str, path: str, match: re.Match[str]) -> dict[str, Any]:
    try:
        digest = hashlib.sha256(base64.b64decode(match[2], validate=True)).digest()
    except (binascii.Error, ValueError):
        digest = hashlib.sha256(os.fsencode(match[2])).digest()
    fingerprint = f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
    return {
        "kind": "key.unmanaged",
        "where": f"{name} {fingerprint}",
        "what": f"{path} lets {match[1]} {fingerprint} log in as {name}, and is not managed by Rigwright",
        "actual": fingerprint,
        "changed": changed(path),
    }
