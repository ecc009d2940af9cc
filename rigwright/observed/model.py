"""What a host is: the question that ``host/observe.py`` answers in one command, and the typed answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.observed.unmanaged import Unmanaged, unmanaged


@dataclass(frozen=True)
class Seen:
    """One path as it was found.

    Attributes:
        kind: ``file``, ``directory``, ``link``, ``other``, ``absent`` or ``unreadable``.
        mode: Permission bits.
        changed: Seconds since the epoch of the last change of the inode.
        as_wanted: The content is the wanted one.
        as_applied: The content is the one that the last apply wrote.
        content: Bytes found, only where they differ and are no secret.
        md5: Hash of the content, to compare with what the package ships.
    """

    kind: str
    mode: int = 0
    owner: str = ""
    group: str = ""
    changed: float | None = None
    target: str | None = None
    as_wanted: bool = False
    as_applied: bool = False
    content: bytes | None = field(default=None, repr=False)
    md5: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class UnitState:
    """A unit in systemd's own words, such as ``active`` and ``enabled``."""

    load: str
    active: str
    enabled: str
    stale: bool


@dataclass(frozen=True)
class Read:
    """What a reading answered.

    Attributes:
        values: By key, as text; None where there was no answer that can be read.
        error: Why there was none, in one line.
    """

    values: Mapping[str, str] | None
    error: str | None = None


@dataclass(frozen=True)
class ObservedSubsystem:
    """What was found of one subsystem.

    Attributes:
        listings: Names in each owned directory, None where there is no such directory.
        steps: Exit code of each step's question, None where it did not answer.
        probes: Exit code of each probe, None where it did not answer.
        applied: The manifest of the last apply, None before the first.
        transaction: State in which a transaction was left, None where none was.
        readings: What each reading answered.
    """

    paths: Mapping[str, Seen]
    listings: Mapping[str, tuple[str, ...] | None]
    packages: Mapping[str, str]
    units: Mapping[str, UnitState]
    steps: Mapping[str, int | None]
    probes: Mapping[str, int | None]
    applied: Mapping[str, Any] | None
    transaction: str | None
    runtime_states: Mapping[str, Read] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """What the host's record tells of a subsystem that was applied there and still has files.

    Attributes:
        units: Its units.
        staying: Those of them that stay on without it.
        confirm_seconds: How long a change of it waits for its confirmation.
    """

    units: tuple[str, ...] = ()
    staying: tuple[str, ...] = ()
    confirm_seconds: int = 0


@dataclass(frozen=True)
class Observed:
    """The answer of one host.

    Attributes:
        conffiles: MD5 that the package ships, by path.
        kept: Every subsystem that was ever applied and still has files, by its name.
        busy: A transaction or an installation of packages is running right now.
        damaged: Subsystems that were applied, and whose record cannot be read.
        unmanaged: None where they were not asked for.
    """

    os_release: str
    subsystems: Mapping[str, ObservedSubsystem]
    conffiles: Mapping[str, str]
    kept: Mapping[str, Kept]
    busy: bool
    root: bool
    damaged: tuple[str, ...] = ()
    unmanaged: Unmanaged | None = None


def _specify(desired: Desired) -> dict[str, object]:
    absent = [item.path for item in desired.absent]
    return {
        "paths": [*desired.paths, *absent],
        "files": {file.path: {"sha256": file.sha256, "shown": file.shown} for file in desired.files},
        "owned": [item.path for item in desired.directories if item.owned],
        "packages": list(desired.packages),
        "units": [unit.name for unit in desired.units],
        "steps": {step.name: step.only_if for step in desired.steps},
        "probes": {probe.name: probe.command for probe in desired.probes},
        "runtime_states": {reading.name: reading.command for reading in desired.runtime_states},
    }


def question(desired: Iterable[Desired], *, everything: bool = False) -> str:
    """JSON for the standard input of ``observe.py``.

    It holds hashes of secret files and so belongs on standard input, never on a command line.

    Args:
        desired: What to look at.
        everything: Look also at what nobody declared; then ``desired`` must be all that the host should be.
    """
    subsystems = {one.subsystem: _specify(one) for one in desired}
    return json.dumps({"subsystems": subsystems, "unmanaged": everything})


def _seen(raw: Mapping[str, Any]) -> Seen:
    content = raw.get("content")
    return Seen(**{**raw, "content": base64.b64decode(content) if content is not None else None})


def _unit(raw: Mapping[str, str]) -> UnitState:
    return UnitState(
        load=raw.get("LoadState", "unknown"),
        active=raw.get("ActiveState", "unknown"),
        enabled=raw.get("UnitFileState", "") or "not-found",
        stale=raw.get("NeedDaemonReload") == "yes",
    )


def _subsystem(raw: Mapping[str, Any]) -> ObservedSubsystem:
    return ObservedSubsystem(
        paths={path: _seen(seen) for path, seen in raw["paths"].items()},
        listings={path: None if names is None else tuple(names) for path, names in raw["listings"].items()},
        packages=raw["packages"],
        units={name: _unit(state) for name, state in raw["units"].items()},
        steps=raw["steps"],
        probes=raw["probes"],
        runtime_states={name: Read(**answer) for name, answer in raw["runtime_states"].items()},
        applied=raw["applied"],
        transaction=raw["transaction"],
    )


def _kept(raw: Mapping[str, Any]) -> Kept:
    return Kept(tuple(raw["units"]), tuple(raw["staying"]), raw["confirm_seconds"])


def parse(answer: str, *, host: str) -> Observed:
    """The typed answer of ``observe.py``.

    Raises:
        RigError: The host answered with anything else: then nothing is known about it.
    """
    try:
        raw = json.loads(answer)
        observed = Observed(
            os_release=raw["os_release"],
            subsystems={name: _subsystem(one) for name, one in raw["subsystems"].items()},
            conffiles=raw["conffiles"],
            kept={name: _kept(one) for name, one in raw["kept"].items()},
            busy=raw["busy"],
            root=raw["root"],
            damaged=tuple(raw["damaged"]),
            unmanaged=unmanaged(raw["unmanaged"]) if raw["unmanaged"] else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RigError(
            "the host gave no readable answer", host=host, next_step=f"rig bootstrap {host}"
        ) from error
    if not observed.root:
        raise RigError("the toolkit is not root there", host=host, next_step=f"rig bootstrap {host}")
    return observed
