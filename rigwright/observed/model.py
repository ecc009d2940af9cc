"""The observed state of a host: the query for ``host/observe.py``, and its typed result."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rigwright.desired import Desired
from rigwright.desired.exposure import keys_managed
from rigwright.desired.usage import OpenSocket, Peer, Sockets
from rigwright.errors import RigError
from rigwright.observed.applied import AppliedSubsystem
from rigwright.observed.holder import Holder
from rigwright.observed.loads import Load, load, reads
from rigwright.observed.unmanaged import Unmanaged, unmanaged


@dataclass(frozen=True)
class ObservedPath:
    """One path as it was found.

    Attributes:
        kind: ``file``, ``directory``, ``link``, ``other``, ``absent`` or ``unreadable``.
        mode: Permission bits.
        changed: Seconds since the epoch of the last change of the inode.
        as_desired: The content is the desired one.
        as_applied: The content is the one that the last apply wrote.
        content: Bytes found, only where they differ and are no secret.
        md5: Hash of the content, to compare with what the package ships.
        size: Bytes of a file that is too large to be read; then it is neither desired nor applied.
    """

    kind: str
    mode: int = 0
    owner: str = ""
    group: str = ""
    changed: float | None = None
    target: str | None = None
    as_desired: bool = False
    as_applied: bool = False
    content: bytes | None = field(default=None, repr=False)
    md5: str | None = None
    size: int | None = None
    error: str | None = None


@dataclass(frozen=True)
class UnitState:
    """A unit's state as systemd names it, such as ``active`` and ``enabled``."""

    load: str
    active: str
    enabled: str
    stale: bool


@dataclass(frozen=True)
class StateOutput:
    """What the command of a runtime state printed.

    Attributes:
        values: By key, as text; None where there are none that can be read.
        error: Why there are none, in one line.
    """

    values: Mapping[str, str] | None
    error: str | None = None


@dataclass(frozen=True)
class UsageOutput:
    """What the command of a usage printed.

    Attributes:
        found: Its JSON object; None where there is none that can be read.
        error: Why there is none, in one line.
    """

    found: Mapping[str, Any] | None
    error: str | None = None


@dataclass(frozen=True)
class ObservedSubsystem:
    """What was found of one subsystem.

    Attributes:
        listings: Names in each owned directory, None where there is no such directory.
        steps: Exit code of each step's ``only_if``, None where it timed out.
        probes: Exit code of each probe, None where it timed out.
        applied: The manifest of the last apply, None before the first.
        transaction: State in which a transaction was left, None where none was.
        runtime_states: Output of each runtime state's command.
        loads: The last load of each running service.
        holders: Who has its sockets, where it may not have opened them itself.
        usages: Output of each usage's command, none where the subsystem was applied already.
        more: How many names in an owned directory its listing leaves out, because there are so many.
    """

    paths: Mapping[str, ObservedPath]
    listings: Mapping[str, tuple[str, ...] | None]
    packages: Mapping[str, str]
    units: Mapping[str, UnitState]
    steps: Mapping[str, int | None]
    probes: Mapping[str, int | None]
    applied: Mapping[str, Any] | None
    transaction: str | None
    runtime_states: Mapping[str, StateOutput] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)
    usages: Mapping[str, UsageOutput] = field(default_factory=dict)
    more: Mapping[str, int] = field(default_factory=dict)
    holders: tuple[Holder, ...] = ()


@dataclass(frozen=True)
class Observed:
    """The state of one host.

    Attributes:
        conffiles: MD5 that the package ships, by path.
        applied: Every subsystem that was ever applied and still has files, by its name.
        busy: A transaction or an installation of packages is running right now.
        holder: What that is, whose, and since when.
        damaged: Subsystems that were applied, and whose manifest cannot be read.
        unmanaged: None where it was not queried.
        sockets: Those of the host where a usage was queried, else None.
    """

    os_release: str
    subsystems: Mapping[str, ObservedSubsystem]
    conffiles: Mapping[str, str]
    applied: Mapping[str, AppliedSubsystem]
    busy: bool
    root: bool
    damaged: tuple[str, ...] = ()
    unmanaged: Unmanaged | None = None
    holder: str = ""
    sockets: Sockets | None = None


def _specify(desired: Desired) -> dict[str, object]:
    return {
        "paths": [*desired.paths, *(item.path for item in desired.absent)],
        "preserved": list(desired.preserved),
        "files": {file.path: {"sha256": file.sha256, "shown": file.shown} for file in desired.files},
        "owned": [item.path for item in desired.directories if item.owned],
        "packages": list(desired.packages),
        "units": [unit.name for unit in desired.units],
        "active": [unit.name for unit in desired.units if unit.active],
        "sockets": sorted([one.protocol, one.address, one.port] for one in desired.sockets),
        "steps": {step.name: step.only_if for step in desired.steps},
        "probes": {probe.name: probe.command for probe in desired.probes},
        "runtime_states": {state.name: state.command for state in desired.runtime_states},
        "loads": {unit: dataclasses.asdict(one) for unit, one in reads(desired).items()},
        "usages": {usage.name: usage.command for usage in desired.usages},
    }


def query(desired: Sequence[Desired], *, everything: bool = False) -> str:
    """JSON for the standard input of ``observe.py``.

    It holds hashes of secret files and so belongs on standard input, never on a command line.
    With ``everything`` unmanaged state is queried too; then ``desired`` must hold all subsystems of the host.
    """
    logins = keys_managed(login for one in desired for login in one.logins)
    subsystems = {one.subsystem: _specify(one) for one in desired}
    return json.dumps({"subsystems": subsystems, "unmanaged": everything, "logins": logins})


def _path(raw: Mapping[str, Any]) -> ObservedPath:
    content = raw.get("content")
    return ObservedPath(**{**raw, "content": base64.b64decode(content) if content is not None else None})


def _unit(raw: Mapping[str, str]) -> UnitState:
    return UnitState(
        load=raw.get("LoadState", "unknown"),
        active=raw.get("ActiveState", "unknown"),
        enabled=raw.get("UnitFileState", "") or "not-found",
        stale=raw.get("NeedDaemonReload") == "yes",
    )


def _subsystem(raw: Mapping[str, Any]) -> ObservedSubsystem:
    return ObservedSubsystem(
        paths={path: _path(found) for path, found in raw["paths"].items()},
        listings={path: None if names is None else tuple(names) for path, names in raw["listings"].items()},
        packages=raw["packages"],
        units={name: _unit(state) for name, state in raw["units"].items()},
        steps=raw["steps"],
        probes=raw["probes"],
        runtime_states={name: StateOutput(**output) for name, output in raw["runtime_states"].items()},
        usages={name: UsageOutput(**output) for name, output in raw.get("usages", {}).items()},
        more=raw["more"],
        applied=raw["applied"],
        transaction=raw["transaction"],
        loads={unit: load(one) for unit, one in raw["loads"].items()},
        holders=tuple(Holder(**one) for one in raw["holders"]),
    )


def _sockets(raw: Mapping[str, Any]) -> Sockets:
    listening = (OpenSocket(**{**one, "programs": tuple(one["programs"])}) for one in raw["listening"])
    return Sockets(tuple(listening), tuple(Peer(**one) for one in raw["peers"]))


def parse(output: str, *, host: str) -> Observed:
    """The typed output of ``observe.py``.

    Raises:
        RigError: The output is not what ``observe.py`` prints: then the state of the host is unknown.
    """
    try:
        raw = json.loads(output)
        observed = Observed(
            os_release=raw["os_release"],
            subsystems={name: _subsystem(one) for name, one in raw["subsystems"].items()},
            conffiles=raw["conffiles"],
            applied={
                name: AppliedSubsystem(tuple(one["units"]), tuple(one["kept_units"]), one["confirm_seconds"])
                for name, one in raw["applied"].items()
            },
            busy=raw["busy"],
            holder=str(raw.get("holder", "")),
            root=raw["root"],
            damaged=tuple(raw["damaged"]),
            unmanaged=unmanaged(raw["unmanaged"]) if raw["unmanaged"] else None,
            sockets=_sockets(raw["sockets"]) if raw.get("sockets") else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RigError(
            "the host's output cannot be read", host=host, next_step=f"rig bootstrap {host}"
        ) from error
    if not observed.root:
        raise RigError("the toolkit is not root on the host", host=host, next_step=f"rig bootstrap {host}")
    return observed
