"""The manifest: what the host keeps of an apply, and the desired state that can be restored from it. Pure.

It holds no content and no hash of a secret: a file is compared with its hash, a secret one with the keyed
hash that the host made for itself when it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rigwright.desired import (
    Absent,
    Accepted,
    Desired,
    Directory,
    File,
    Link,
    Login,
    Probe,
    RuntimeState,
    Socket,
    Step,
    Unit,
)
from rigwright.desired.exposure import keys_managed
from rigwright.errors import RigError
from rigwright.observed.loads import described, restored

VERSION = 3
RESERVED = "reserved"
"""Behind a socket on which nothing need listen."""


@dataclass(frozen=True)
class Applied:
    """Who applied, from which state of the repository, and when (ISO 8601, UTC)."""

    by: str
    revision: str
    at: str


@dataclass(frozen=True)
class RecordedFile(File):
    """A file of which only the hash is known; None where it is secret: then only the host can compare it."""

    digest: str | None = None

    @property
    def sha256(self) -> str | None:
        """The recorded hash."""
        return self.digest

    @property
    def shown(self) -> bool:
        """Never: there is nothing to show a difference from."""
        return False


def manifest(desired: Desired, applied: Applied) -> dict[str, object]:
    """The manifest of this apply."""
    return {
        "version": VERSION,
        "subsystem": desired.subsystem,
        "by": applied.by,
        "revision": applied.revision,
        "at": applied.at,
        **contents(desired),
    }


def _socket(one: Socket) -> list[str | int]:
    return [one.protocol, one.address, one.port, *([RESERVED] if one.reserved else [])]


def contents(desired: Desired) -> dict[str, object]:
    """The part of the manifest that a host is compared with, as JSON has it."""
    items: list[File | Link | Directory] = [*desired.files, *desired.links, *desired.directories]
    return {
        "paths": {item.path: _describe(item) for item in sorted(items, key=lambda item: item.path)},
        "absent": {item.path: item.package_target for item in desired.absent},
        "preserved": sorted(desired.preserved),
        "packages": sorted(desired.packages),
        "versions": dict(desired.versions),
        "units": {
            unit.name: {
                "enabled": unit.enabled,
                "active": unit.active,
                "keep_on_removal": unit.keep_on_removal,
            }
            for unit in desired.units
        },
        "confirm_seconds": desired.confirm_seconds,
        "sockets": sorted(_socket(one) for one in desired.sockets),
        "steps": {step.name: step.only_if for step in desired.steps},
        "probes": {probe.name: probe.command for probe in desired.probes},
        "activations": described(desired.activations),
        "runtime_states": {one.name: _runtime_state(one) for one in desired.runtime_states},
        "accepted": {one.where: one.recorded for one in desired.accepted},
        **({"logins": keys_managed(desired.logins)} if desired.logins else {}),
        **({"subsystems": list(desired.subsystems)} if desired.subsystems else {}),
    }


def matches_manifest(desired: Desired, applied: Mapping[str, Any] | None) -> bool:
    """Whether the host's manifest holds exactly the desired state."""
    current = contents(desired)
    return applied is not None and {name: applied.get(name) for name in current} == current


def _describe(item: File | Link | Directory) -> dict[str, object]:
    if isinstance(item, Link):
        return {"kind": "link", "target": item.target}
    about: dict[str, object] = {"mode": f"{item.mode:04o}", "owner": item.owner, "group": item.group}
    if isinstance(item, Directory):
        return {"kind": "directory", **about, **({"owned": True} if item.owned else {})}
    if item.secret:
        return {"kind": "file", "secret": True, **about}
    return {"kind": "file", "sha256": item.sha256, **about}


def _runtime_state(one: RuntimeState) -> dict[str, object]:
    about = {"command": one.command, "expected": [list(pair) for pair in one.expected], "exact": one.exact}
    return {**about, "host_requirement": one.host_requirement} if one.host_requirement else about


def restore(name: str, applied: Mapping[str, Any]) -> Desired:
    """The desired state of a subsystem when this manifest was written.

    Raises:
        RigError: Another revision wrote it, in another format, or it is damaged.
    """
    if applied.get("version", VERSION) != VERSION:
        raise RigError(
            f"{name} was applied by another revision of Rigwright, whose manifest has another format",
            next_step="rig apply, from the operator's machine, once",
        )
    try:
        return _restore(applied)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RigError(
            f"the manifest of {name} is damaged", next_step="rig apply, from the operator's machine"
        ) from error


def _restore(applied: Mapping[str, Any]) -> Desired:
    kinds: dict[str, list[Any]] = {"file": [], "link": [], "directory": []}
    for path, about in applied["paths"].items():
        kinds[about["kind"]].append(_item(path, about))
    return Desired(
        subsystem=applied["subsystem"],
        packages=tuple(applied["packages"]),
        versions=tuple(applied["versions"].items()),
        files=tuple(kinds["file"]),
        links=tuple(kinds["link"]),
        directories=tuple(kinds["directory"]),
        absent=tuple(Absent(path, target) for path, target in applied["absent"].items()),
        preserved=tuple(applied["preserved"]),
        units=tuple(Unit(name, **about) for name, about in applied["units"].items()),
        sockets=tuple(
            Socket(address, port, protocol, reserved=RESERVED in more)
            for protocol, address, port, *more in applied["sockets"]
        ),
        steps=tuple(Step(name, only_if, "") for name, only_if in applied["steps"].items()),
        probes=tuple(Probe(name, command) for name, command in applied["probes"].items()),
        runtime_states=tuple(
            RuntimeState(
                name,
                one["command"],
                tuple((k, v) for k, v in one["expected"]),
                exact=one["exact"],
                host_requirement=one.get("host_requirement", ""),
            )
            for name, one in applied["runtime_states"].items()
        ),
        activations=restored(applied.get("activations", ())),
        confirm_seconds=applied["confirm_seconds"],
        logins=tuple(
            Login(name, () if managed else None) for name, managed in applied.get("logins", {}).items()
        ),
        accepted=tuple(Accepted(where, *about) for where, about in applied["accepted"].items()),
        subsystems=_names(applied.get("subsystems", [])),
    )


def _names(found: object) -> tuple[str, ...]:
    if isinstance(found, list) and all(isinstance(name, str) for name in found):
        return tuple(found)
    raise TypeError("these are no names")


def _item(path: str, about: Mapping[str, Any]) -> File | Link | Directory:
    if about["kind"] == "link":
        return Link(path, about["target"])
    mode, owner, group = int(about["mode"], 8), about["owner"], about["group"]
    if about["kind"] == "directory":
        return Directory(path, mode, owner, group, owned=about.get("owned", False))
    secret = about.get("secret", False)
    digest = None if secret else about["sha256"]
    return RecordedFile(path, b"", mode, owner, group, secret=secret, digest=digest)
