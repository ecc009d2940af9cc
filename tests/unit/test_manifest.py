"""From its record alone a host is compared as from the repository, and the record gives no secret away."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
from typing import Any

import pytest

from inventories.scenarios import everything
from rigwright.compare.subsystem import compare
from rigwright.desired import (
    Absent,
    Accepted,
    Desired,
    Directory,
    File,
    Link,
    Probe,
    RuntimeState,
    Socket,
    Step,
    Unit,
)
from rigwright.errors import RigError
from rigwright.finding import Finding
from rigwright.observed.manifest import Applied, manifest, matches_manifest, restore
from rigwright.observed.model import (
    Observed,
    ObservedPath,
    ObservedSubsystem,
    StateOutput,
    UnitState,
    query,
)

APPLIED = Applied("ada@desk", "abc", "2026-01-01T00:00:00+00:00")
TOY = Desired(
    "toy",
    packages=("toy", "toy-common"),
    versions=(("toy", "1.2"),),
    files=(
        File("/etc/toy/toy.conf", b"a = 1\n"),
        File("/etc/toy/key", b"correct horse battery", mode=0o640, group="toy", secret=True),
    ),
    links=(Link("/etc/toy/on", "toy.conf"),),
    directories=(Directory("/etc/toy", owned=True), Directory("/var/toy", 0o2770, "toy", "toy")),
    absent=(Absent("/etc/toy/sample"), Absent("/etc/toy/default", package_target="/usr/share/toy")),
    preserved=("/etc/toy/host.id",),
    units=(Unit("toy.service"), Unit("toy-old.timer", enabled=False, active=False)),
    sockets=(Socket("0.0.0.0", 80), Socket("127.0.0.1", 8100, reserved=True), Socket("::", 443, "udp")),
    steps=(Step("salt", "test ! -e /salt", "make-salt"),),
    probes=(Probe("the toy", "toy ping"),),
    confirm_seconds=120,
    subsystems=("web", "base"),
    accepted=(Accepted("tcp 0.0.0.0:8080", "the agent", "2027-01-01"),),
    runtime_states=(
        RuntimeState(
            "roles", "list-roles", (("app", "login"), ("admin", "true")), exact=True, remediation="make-roles"
        ),
        RuntimeState("card", "find-card", (("card", "ok"),), host_requirement="put it in"),
    ),
)


def kept(desired: Desired) -> dict[str, Any]:
    """The record as the host reads it back."""
    found: dict[str, Any] = json.loads(json.dumps(manifest(desired, APPLIED)))
    return found


def good(desired: Desired) -> ObservedSubsystem:
    """A host in its desired state."""
    paths = {
        file.path: ObservedPath("file", file.mode, file.owner, file.group, as_desired=True, as_applied=True)
        for file in desired.files
    }
    paths |= {link.path: ObservedPath("link", target=link.target, as_applied=True) for link in desired.links}
    paths |= {
        item.path: ObservedPath("directory", item.mode, item.owner, item.group)
        for item in desired.directories
    }
    versions = dict(desired.versions)
    return ObservedSubsystem(
        paths=paths,
        listings={item.path: () for item in desired.directories if item.owned},
        packages={name: f"{versions.get(name, '1')}-1" for name in desired.packages},
        units={
            unit.name: UnitState(
                "loaded",
                "active" if unit.active else "inactive",
                "enabled" if unit.enabled else "disabled",
                stale=False,
            )
            for unit in desired.units
        },
        steps={step.name: 1 for step in desired.steps},
        probes={probe.name: 0 for probe in desired.probes},
        runtime_states={one.name: StateOutput(dict(one.expected)) for one in desired.runtime_states},
        applied=kept(desired),
        transaction=None,
    )


PATHS = (
    ObservedPath("absent"),
    ObservedPath("other"),
    ObservedPath("link", target="/tmp/elsewhere"),
    ObservedPath("directory", 0o700, "root", "root"),
    ObservedPath("file", 0o666, "daemon", "daemon", changed=1.0, md5="m"),
    ObservedPath("file", 0o644, "root", "root", as_desired=True, as_applied=True),
    ObservedPath("unreadable", error="Input/output error"),
)
UNITS = (
    UnitState("loaded", "failed", "disabled", stale=True),
    UnitState("masked", "inactive", "masked", stale=False),
)


def drifted(own: ObservedSubsystem, dice: random.Random) -> ObservedSubsystem:
    """The host after some accidents, of which most are at paths."""
    paths = {path: dice.choice(PATHS) if dice.random() < 0.2 else one for path, one in own.paths.items()}
    listings = dict(own.listings)
    for folder in listings:
        names = tuple(name for name in ("evil", "host.id", "sample") if dice.random() < 0.3)
        listings[folder] = names
        paths |= {f"{folder}/{name}": dice.choice(PATHS) for name in names}
    return dataclasses.replace(
        own,
        paths=paths,
        listings=listings,
        packages={
            name: dice.choice([version, "9.9"])
            for name, version in own.packages.items()
            if dice.random() < 0.9
        },
        units={name: dice.choice([state, state, *UNITS]) for name, state in own.units.items()},
        steps={name: dice.choice([1, 1, 0, 2, None]) for name in own.steps},
        probes={name: dice.choice([0, 1, None]) for name in own.probes},
        runtime_states={
            name: dice.choice(
                [one, StateOutput({}), StateOutput({"mallory": "superuser"}), StateOutput(None, "no server")]
            )
            for name, one in own.runtime_states.items()
        },
        transaction=dice.choice([None, None, "armed"]),
    )


def findings(desired: Desired, own: ObservedSubsystem) -> list[Finding]:
    whole = Observed("", {desired.subsystem: own}, {}, {}, busy=False, root=True)
    return compare("web", desired, whole)


SUBJECTS = (TOY, *everything("debian13").desired())


@pytest.mark.parametrize("desired", SUBJECTS, ids=lambda one: one.subsystem)
def test_a_host_in_sync_is_in_sync_by_its_manifest_too(desired: Desired) -> None:
    own = good(desired)
    assert findings(desired, own) == []
    assert findings(restore(desired.subsystem, kept(desired)), own) == []


@pytest.mark.parametrize("desired", SUBJECTS, ids=lambda one: one.subsystem)
def test_every_drift_is_found_by_the_manifest_as_by_the_repository(desired: Desired) -> None:
    dice, kinds = random.Random(1), set[str]()  # noqa: S311  drift, the same ones in every run
    recorded = restore(desired.subsystem, kept(desired))
    for _ in range(200):
        own = drifted(good(desired), dice)
        expected = findings(desired, own)
        assert set(findings(recorded, own)) == set(expected)
        kinds |= {finding.kind for finding in expected}
    units = {"unit.state"} if desired.units else set[str]()
    assert {"file.missing", "file.mode", "file.content", "transaction.interrupted"} | units <= kinds


def test_the_manifest_holds_every_field_that_is_compared() -> None:
    """A new field of ``Desired`` is recorded, or named here: only a change, or a report, needs it."""
    serves = {
        "activations",
        "alerts",
        "backup_places",
        "backup_tools",
        "checks",
        "data_folders",
        "drains",
        "drives",
        "install_first",
        "inner_networks",
        "logins",
        "memory_bytes",
        "protects",
        "proxy_networks",
        "receivers",
        "release_tools",
        "replaces",
        "requires",
        "scrape_targets",
        "sources",
        "tls_names",
        "usages",
        "writers",
    }
    fields = {field.name for field in dataclasses.fields(Desired)} - serves
    recorded = restore("toy", kept(TOY))
    assert {name for name in fields if not getattr(TOY, name)} == set()
    assert {name for name in fields if not getattr(recorded, name)} == set()


def test_the_manifest_of_a_restored_state_is_the_same_manifest() -> None:
    for desired in SUBJECTS:
        recorded = kept(desired)
        assert matches_manifest(restore(desired.subsystem, recorded), recorded)


def test_the_query_is_the_same_except_for_secrets_and_contents() -> None:
    original = json.loads(query([TOY], everything=True))["subsystems"]["toy"]
    again = json.loads(query([restore("toy", kept(TOY))], everything=True))["subsystems"]["toy"]
    assert again["files"]["/etc/toy/key"] == {"sha256": None, "shown": False}
    assert again["files"]["/etc/toy/toy.conf"] == {**original["files"]["/etc/toy/toy.conf"], "shown": False}
    for name in set(original) - {"files"}:
        assert sorted(again[name]) == sorted(original[name]), name


def test_the_manifest_holds_no_secret_and_no_hash_of_one() -> None:
    text = json.dumps(kept(TOY))
    assert "horse" not in text
    assert hashlib.sha256(b"correct horse battery").hexdigest() not in text


def test_a_manifest_of_an_earlier_revision_names_the_next_step() -> None:
    earlier = {"version": 1, "subsystem": "toy", "paths": {"/etc/toy": {}}, "units": ["toy.service"]}
    with pytest.raises(RigError, match=r"another revision.*\n.*rig apply"):
        restore("toy", earlier)


@pytest.mark.parametrize("damage", ["paths", "units", "sockets", "runtime_states", "absent"])
@pytest.mark.parametrize("instead", [None, "x", 3, [3], {"x": 3}])
def test_a_damaged_manifest_is_an_error(damage: str, instead: object) -> None:
    with pytest.raises(RigError, match="the manifest of toy is damaged"):
        restore("toy", {**kept(TOY), damage: instead})


def test_an_empty_manifest_is_damaged() -> None:
    with pytest.raises(RigError, match="the manifest of toy is damaged"):
        restore("toy", {})
