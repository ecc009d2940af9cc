"""Accidents that can happen to what a host should have, made from ``Desired``, and the finding of each.

An accident changes one path or unit, so those of different places can happen at once.
None of them leaves systemd with files that it has not read: that would be a finding of its own.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from rigwright.desired import Desired, Directory, File, Link, Unit
from rigwright.host import commands
from rigwright.host.state import NIGHTLY_PATH

SYSTEMD = "/etc/systemd/"
# An accident here would cut the connection over which it is found.
LIFELINES = (
    "/etc/network",
    "/etc/nftables",
    "/etc/pam.d/",
    "/etc/ssh/",
    "/etc/sudoers",
    "/home/",
    "/root/",
    "ssh.",
    "sshd.",
    "systemd-networkd",
)
# Programs of ours that are read on the way to the finding: their content is not for accidents.
ALIVE = (NIGHTLY_PATH, commands.TRANSACTION_PATH, commands.PACKAGES_PATH)


@dataclass(frozen=True)
class Accident:
    """A shell command and the finding that it must give: subsystem, kind, and where."""

    finding: tuple[str, str, str]
    command: str


def _other(mode: int) -> str:
    return f"{0o600 if mode != 0o600 else 0o644:o}"


def _file(item: File) -> Iterator[tuple[str, str]]:
    path = shlex.quote(item.path)
    yield "file.mode", f"chmod {_other(item.mode)} {path}"
    yield "file.mode", f"chmod {item.mode ^ 0o020:o} {path}"
    yield "file.owner", f"chown daemon {path}; chmod {item.mode:o} {path}"
    yield "file.owner", f"chgrp daemon {path}; chmod {item.mode:o} {path}"
    if item.path in ALIVE:
        return
    yield "file.content", f"echo '# an accident' >>{path}"
    if item.path.startswith(SYSTEMD):
        return
    yield "file.missing", f"rm {path}"
    yield "file.kind", f"ln -sf /etc/hostname {path}"
    yield "file.kind", f"rm {path}; mkfifo {path}"
    if item.content:
        yield "file.content", f": >{path}"


def _link(item: Link) -> Iterator[tuple[str, str]]:
    path = shlex.quote(item.path)
    yield "link.target", f"ln -sfn /etc/hostname {path}"
    yield "link.missing", f"rm {path}"
    yield "link.kind", f"rm {path}; echo >{path}"


def _directory(item: Directory) -> Iterator[tuple[str, str]]:
    path = shlex.quote(item.path)
    yield "directory.mode", f"chmod {item.mode ^ 0o020:o} {path}"
    yield "directory.owner", f"chown daemon {path}; chmod {item.mode:o} {path}"
    yield "directory.owner", f"chgrp daemon {path}; chmod {item.mode:o} {path}"


def _unit(item: Unit, *, alone: bool) -> Iterator[tuple[str, str]]:
    """Of a subsystem with readings no unit is stopped: what it then answers is more than one finding."""
    switch = "disable" if item.enabled else "enable"
    yield "unit.enabled", f"systemctl {switch} -q {item.name}"
    if item.active and alone:
        yield "unit.state", f"systemctl stop -q {item.name}"


def places(desired: Desired) -> Iterator[list[Accident]]:
    """For each place of a subsystem the accidents that can happen there, one at a time."""
    found: list[tuple[str, Iterator[tuple[str, str]]]] = [
        *((item.path, _file(item)) for item in desired.files),
        *((item.path, _link(item)) for item in desired.links),
        *((item.path, _directory(item)) for item in desired.directories),
        *((item.name, _unit(item, alone=not desired.readings)) for item in desired.units),
    ]
    for where, some in found:
        if not where.startswith(LIFELINES):
            yield [Accident((desired.subsystem, kind, where), command) for kind, command in some]
    for absent in desired.absent:
        command = f"mkdir -p $(dirname {absent.path}); echo >{absent.path}"
        yield [Accident((desired.subsystem, "file.foreign", absent.path), command)]
    for owned in desired.directories:
        strangers = (
            [f"{owned.path}/{name}" for name in ("evil.conf", ".hidden", "a b")] if owned.owned else []
        )
        for path in strangers:
            finding = (desired.subsystem, "file.foreign", path)
            yield [Accident(finding, f"echo >{shlex.quote(path)}")]


def batches(desired: tuple[Desired, ...]) -> list[list[Accident]]:
    """Each accident in exactly one batch, and no place twice in one."""
    everywhere = [accidents for one in desired for accidents in places(one) if accidents]
    count = max(map(len, everywhere))
    found: list[list[Accident]] = [[] for _ in range(count)]
    for number, accidents in enumerate(everywhere):
        for turn, accident in enumerate(accidents):
            found[(number + turn) % count].append(accident)
    return found
