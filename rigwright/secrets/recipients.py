"""``recipients.txt``: who can read the secrets. The format is that of ``age --recipients-file``.

One line for each operator's public key, and above it a comment with the operator's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rigwright.errors import RigError

KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}")
SECRET_KEY = re.compile(r"AGE-SECRET-KEY-", re.IGNORECASE)

HEADER = """\
# Who can read the secrets of this repository: an age public key for each operator.
# Written by `rig secret recipients`. Adding a line by hand gives no access to what is stored already.
"""


@dataclass(frozen=True)
class Recipient:
    """An operator's name and age public key."""

    name: str
    key: str


def check_key(key: str) -> str:
    """The key itself.

    Raises:
        RigError: It is no age public key. A secret key is not echoed.
    """
    if SECRET_KEY.match(key):
        raise RigError(
            "this is a secret key; only its owner may have it",
            next_step="make a new identity, since this one is in a shell history; pass its `age1…` key",
        )
    if not KEY.fullmatch(key):
        raise RigError(
            f"{key!r} is not an age public key",
            next_step="pass the `age1…` line that `rig secret init` printed",
        )
    return key


def check_name(name: str) -> str:
    """The name itself.

    Raises:
        RigError: It does not fit on one line of a comment.
    """
    if not name.strip() or not name.isprintable() or name != name.strip("# "):
        raise RigError("a recipient's name is one line of text", next_step="pass a name such as anna@laptop")
    return name


def parse(text: str, file: str) -> tuple[Recipient, ...]:
    """The recipients in a file's text, in its order; a key without a comment above it is its own name.

    Raises:
        RigError: A line is neither a comment nor a public key.
    """
    found: list[Recipient] = []
    name = ""
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if line.startswith("#"):
            name = line.lstrip("# ")
        elif line and not KEY.fullmatch(line):
            raise RigError(
                "neither a comment nor an age public key",
                file=f"{file}:{number}",
                next_step="fix or delete the line; `git log -p` on the file shows who changed it",
            )
        elif line:
            found.append(Recipient(name or line, line))
            name = ""
        else:
            name = ""
    return tuple(found)


def render(recipients: tuple[Recipient, ...]) -> str:
    """The text of the file."""
    return HEADER + "".join(f"\n# {recipient.name}\n{recipient.key}\n" for recipient in recipients)


def find(recipients: tuple[Recipient, ...], who: str) -> Recipient | None:
    """The recipient with this name or key."""
    return next((one for one in recipients if who in (one.name, one.key)), None)
