"""Accidents that can happen to what a host should have, made from ``Desired``, and the findings of each.

An accident changes one path or unit, so those of different paths can happen at once.
None of them leaves systemd with files that it has not read: that would be a finding of its own.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rigwright.desired import Desired, Directory, File, Link, Unit
from rigwright.remote import commands
from rigwright.remote.toolkit import NIGHTLY_PATH
from tests.support.accidents_consequences import CONSEQUENCES, HARMLESS

Found = tuple[str, str, str]
"""Subsystem, kind and where of a finding."""

UNIT_FILES = "/etc/systemd/system/"
# Stopping it would cut the connection over which that is found.
LIFELINE = "ssh.service"
# Programs of ours that are read on the way to the finding: their content is not for accidents.
ALIVE = (NIGHTLY_PATH, commands.TRANSACTION_PATH, commands.PACKAGES_PATH)
SOCKET = "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
STRANGERS = ("evil.conf", ".hidden", "a b")


@dataclass(frozen=True)
class Accident:
    """A shell command and the findings that it must give.

    Attributes:
        undo: What ends it where no apply can, because only a person knows what it is for.
        needs: Runtime states that must be readable, because their values are among the findings.
        silences: Runtime states that are unreadable then.
    """

    findings: frozenset[Found]
    command: str
    undo: str = ""
    needs: frozenset[str] = frozenset()
    silences: frozenset[str] = frozenset()

    def fits(self, others: Sequence[Accident]) -> bool:
        """Whether it can happen at once with the others."""
        return not any(self.needs & one.silences or self.silences & one.needs for one in others)


def other_value(subsystem: str, state: str, key: str, command: str) -> Accident:
    """One after which a key of a runtime state has another value."""
    return Accident(frozenset({(subsystem, "runtime_state.value", f"{state}: {key}")}), command)


def one_more(subsystem: str, state: str, key: str, command: str, undo: str = "") -> Accident:
    """One after which a runtime state has a key that no subsystem declares."""
    return Accident(frozenset({(subsystem, "runtime_state.unmanaged", f"{state}: {key}")}), command, undo)


Happening = tuple[str, str, str]
"""How, the kind of the finding, and the command."""


def _other(mode: int) -> str:
    return f"{0o600 if mode != 0o600 else 0o644:o}"


def _file(item: File, *, queried: bool) -> Iterator[Happening]:
    """No file of a subsystem with queries becomes a pipe: a query that reads it would time out."""
    path = shlex.quote(item.path)
    yield "closed", "file.mode", f"chmod {_other(item.mode)} {path}"
    yield "opened", "file.mode", f"chmod {item.mode ^ 0o020:o} {path}"
    yield "owner", "file.owner", f"chown daemon {path}; chmod {item.mode:o} {path}"
    yield "group", "file.owner", f"chgrp daemon {path}; chmod {item.mode:o} {path}"
    if item.path in ALIVE:
        return
    yield "appended", "file.content", f"echo '# an accident' >>{path}"
    # A unit without its own file is gone, which is more than one finding; its drop-ins may go.
    if item.path.startswith(UNIT_FILES) and ".d/" not in item.path:
        return
    yield "removed", "file.missing", f"rm {path}"
    yield "link", "file.kind", f"ln -sf /etc/hostname {path}"
    if item.path.startswith(UNIT_FILES):
        return
    special = f"python3 -c {shlex.quote(SOCKET)} {path}" if queried else f"mkfifo {path}"
    yield "special", "file.kind", f"rm {path}; {special}"
    if item.content:
        yield "emptied", "file.content", f": >{path}"


def _link(item: Link) -> Iterator[Happening]:
    path = shlex.quote(item.path)
    yield "target", "link.target", f"ln -sfn /etc/hostname {path}"
    yield "removed", "link.missing", f"rm {path}"
    yield "file", "link.kind", f"rm {path}; echo >{path}"


def _directory(item: Directory, *, leaf: bool) -> Iterator[Happening]:
    path = shlex.quote(item.path)
    yield "opened", "directory.mode", f"chmod {item.mode ^ 0o020:o} {path}"
    yield "owner", "directory.owner", f"chown daemon {path}; chmod {item.mode:o} {path}"
    yield "group", "directory.owner", f"chgrp daemon {path}; chmod {item.mode:o} {path}"
    if leaf:
        yield "removed", "directory.missing", f"rm -r {path}"


def _unit(item: Unit) -> Iterator[Happening]:
    """Stopped alone: what needs it goes on, and would be a finding of its own."""
    switch = "disable" if item.enabled else "enable"
    yield "switched", "unit.enabled", f"systemctl {switch} -q {item.name}"
    if item.active and item.name != LIFELINE:
        command = f"systemctl stop -q --job-mode=ignore-dependencies {item.name}"
        yield "stopped", "unit.state", command


def _is_leaf(desired: Desired, path: str) -> bool:
    """Whether nothing in it is wanted, kept by the host itself, or made by a step."""
    inside = (*desired.paths, *desired.preserved)
    steps = (step.only_if + step.command for step in desired.steps)
    return not any(one.startswith(f"{path}/") for one in inside) and not any(path in step for step in steps)


def _happenings(desired: Desired) -> Iterator[tuple[str, list[Happening]]]:
    queried = bool(desired.runtime_states or desired.probes)
    yield from ((item.path, [*_file(item, queried=queried)]) for item in desired.files)
    yield from ((item.path, [*_link(item)]) for item in desired.links)
    for folder in desired.directories:
        yield folder.path, [*_directory(folder, leaf=_is_leaf(desired, folder.path))]
    yield from ((item.name, [*_unit(item)]) for item in desired.units)
    strangers = [
        f"{folder.path}/{name}" for folder in desired.directories if folder.owned for name in STRANGERS
    ]
    for path in (*(one.path for one in desired.absent), *strangers):
        folder_name, quoted = shlex.quote(path.rpartition("/")[0]), shlex.quote(path)
        yield path, [("stranger", "file.unmanaged", f"mkdir -p {folder_name}; echo >{quoted}")]


def _accident(desired: Desired, where: str, how: str, kind: str, command: str) -> Accident | None:
    """With all its findings; None where the value of a runtime state is unknown then."""
    found = {(desired.subsystem, kind, where)}
    runtime_states = {one.name: one for one in desired.runtime_states}
    needs, silences = set[str](), set[str]()
    for one in CONSEQUENCES:
        if one.runtime_state and one.is_needed(where) and how not in HARMLESS:
            silences.add(one.runtime_state)
        if not where.endswith(one.where) or how not in one.how:
            continue
        if one.runtime_state is None:
            return None
        needs.add(one.runtime_state)
        expected = runtime_states[one.runtime_state].expected
        keys = (key for key, _ in expected if one.key in (None, key))
        found |= {(desired.subsystem, "runtime_state.value", f"{one.runtime_state}: {key}") for key in keys}
    return Accident(frozenset(found), command, needs=frozenset(needs), silences=frozenset(silences))


def by_path(desired: Sequence[Desired]) -> list[list[Accident]]:
    """For each path the accidents that can happen there, one at a time.

    A folder of several subsystems is one path, and reported by each of them.
    """
    found: dict[str, dict[str, Accident]] = {}
    for one in desired:
        for where, happenings in _happenings(one):
            here = found.setdefault(where, {})
            for how, kind, command in happenings:
                accident = _accident(one, where, how, kind, command)
                if accident and how in here:
                    accident = replace(accident, findings=accident.findings | here[how].findings)
                if accident:
                    here[how] = accident
    return [[*here.values()] for here in found.values()]


def batches(desired: Sequence[Desired]) -> list[list[Accident]]:
    """Each accident in exactly one batch, and no place twice in one."""
    # What does not fit with everything chooses first.
    everywhere = sorted(by_path(desired), key=lambda accidents: not any(one.needs for one in accidents))
    found: list[list[Accident]] = [[] for _ in range(max(map(len, everywhere)))]
    for number, accidents in enumerate(everywhere):
        free = [*range(len(found))]
        for accident in sorted(accidents, key=lambda one: not one.needs | one.silences):
            free.sort(key=lambda one: (one - number) % len(found))
            chosen = next(one for one in free if accident.fits(found[one]))
            found[chosen].append(accident)
            free.remove(chosen)
    return found
