"""The recovery sheet: what must be on paper so that a lost host comes back without anyone's own key. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import segno

from rigwright.backup.bundle import NAME
from rigwright.desired import BackupPlace
from rigwright.secrets.age import IDENTITY_PREFIX
from rigwright.secrets.value import Secret

GROUP, GROUPS = 4, 5
"""Letters that a person keeps in mind while typing, and groups that fit in a line."""
HEAD = f"{IDENTITY_PREFIX}1"
QUIET = 4
"""Modules around the code (ISO/IEC 18004, 6.3.8)."""
WARNING = (
    "Whoever has this sheet can read every secret of these hosts, and every backup. "
    "Keep it on paper, in a safe, in another building than the hosts and their backups. "
    "Do not photograph, scan or store it."
)


@dataclass(frozen=True)
class SheetHost:
    """A host with backups: its name, its system and address, and where they are."""

    name: str
    about: str
    places: tuple[BackupPlace, ...]

    @property
    def access(self) -> dict[str, list[str]]:
        """What opens places that are no disk: lines of the secret by its name."""
        found = {place.access for place in self.places if isinstance(place.access, Secret)}
        return {one.name: one.reveal().splitlines() for one in sorted(found, key=lambda one: one.name)}


@dataclass(frozen=True)
class Sheet:
    """What is on it.

    Attributes:
        identity: The secret key, which opens the stores.
        key: Its public key.
        at: When it is made.
        by: Who makes it.
        commit: The state of the repository.
        stores: Names of what it opens.
        hosts: Those that have backups.
    """

    identity: Secret
    key: str
    at: datetime
    by: str
    commit: str
    stores: tuple[str, ...]
    hosts: tuple[SheetHost, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The secret key as a person types it."""
        rest = self.identity.reveal().removeprefix(HEAD)
        groups = [rest[start : start + GROUP] for start in range(0, len(rest), GROUP)]
        rows = [" ".join(groups[start : start + GROUPS]) for start in range(0, len(groups), GROUPS)]
        return (HEAD, *rows)

    @property
    def code(self) -> segno.QRCode:
        """The secret key as a QR code that is read with a quarter of it gone."""
        return segno.make_qr(self.identity.reveal(), error="q")


@dataclass(frozen=True)
class Step:
    """One of the steps to rebuild: what to do, and the command for it."""

    what: str
    command: str = ""


def steps() -> Iterator[Step]:
    """From this sheet to a host that runs again."""
    yield Step(
        f"In or beside the folder of a repository above, find {NAME}: the inventory, encrypted. "
        "Copy it to a Linux or macOS machine with git, age and Python 3.10 or newer."
    )
    yield Step(
        "Open it. Type the key above in one line without spaces, or scan the code; then Enter and Ctrl-D.",
        "age --decrypt --identity - --output repository.bundle repository.bundle.age",
    )
    yield Step("Clone it.", "git clone repository.bundle rigwright && cd rigwright")
    yield Step("Make the secrets readable for you, with the key again.", "./rig secret init --sheet")
    yield Step("Build the host again as its page says: docs/how-to/rebuild.md.")


def as_text(sheet: Sheet, *, coloured: bool) -> str:
    """For a terminal or a printer. With colours the code is black on white whatever the terminal's are."""
    return "\n".join(chain(_head(sheet), code(sheet.code.matrix, coloured=coloured), _foot(sheet))) + "\n"


def _head(sheet: Sheet) -> Iterator[str]:
    yield from ("RECOVERY SHEET", "", *_wrapped(WARNING), "")
    yield f"Made {sheet.at:%Y-%m-%d %H:%M} UTC by {sheet.by}, at commit {sheet.commit}"
    yield f"Opens {', '.join(sheet.stores)}"
    yield f"Public key {sheet.key}"
    yield from ("", "Secret key, in text and as a QR code:", "")
    yield from (f"    {line}" for line in sheet.lines)
    yield ""


def _foot(sheet: Sheet) -> Iterator[str]:
    for host in sheet.hosts:
        yield f"Backups of {host.name} ({host.about})"
        yield from (f"  {place.name} ({place.tool}): {place.where}" for place in host.places)
        for name, lines in host.access.items():
            yield f"  {name}:"
            yield from (f"      {line}" for line in lines)
        yield ""
    yield "To rebuild:"
    for number, step in enumerate(steps(), start=1):
        first, *more = _wrapped(step.what, 73)
        yield f"  {number}. {first}"
        yield from (f"     {line}" for line in more)
        if step.command:
            yield f"         {step.command}"
    yield ""
    yield "Check it each year, and write the day here:  rig backup sheet --check"


def _wrapped(text: str, columns: int = 78) -> list[str]:
    return textwrap.wrap(text, columns, break_on_hyphens=False)


def code(matrix: Sequence[Sequence[int]], *, coloured: bool) -> Iterator[str]:
    """The code's modules as text, two rows in a line."""
    side = len(matrix) + 2 * QUIET
    dark = [[False] * side for _ in range(side + side % 2)]
    for y, row in enumerate(matrix):
        for x, module in enumerate(row):
            dark[y + QUIET][x + QUIET] = bool(module)
    for upper, lower in zip(dark[::2], dark[1::2], strict=True):
        line = "".join(" ▄▀█"[2 * above + below] for above, below in zip(upper, lower, strict=True))
        yield f"\x1b[38;5;16;48;5;231m{line}\x1b[0m" if coloured else line
