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
from rigwright.observed.manifest import Applied, as_recorded, manifest, restore
from rigwright.observed.model import Observed, ObservedSubsystem, Read, Seen, UnitState, question

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
    sockets=(Socket("0.0.0.0", 80), Socket("::", 443, "udp")),
    steps=(Step("salt", "test ! -e /salt", "make-salt"),),
    probes=(Probe("the toy", "toy ping"),),
    confirm_seconds=120,
    accepted=(Accepted("tcp 0.0.0.0:8080", "the agent", "2027-01-01"),),
    runtime_states=(
        RuntimeState(
            "roles", "list-roles", (("app", "login"), ("admin", "true")), exact=True, remediation="make-roles"
        ),
        RuntimeState("card", "look-for-card", (("card", "ok"),), host_requirement="put it in"),
    ),
)


def kept(desired: Desired) -> dict[str, Any]:
    """The record as the host reads it back."""
    found: dict[str, Any] = json.loads(json.dumps(manifest(desired, APPLIED)))
    return found


def good(desired: Desired) -> ObservedSubsystem:
    """A host that is as wanted."""
    paths = {
        file.path: Seen("file", file.mode, file.owner, file.group, as_wanted=True, as_applied=True)
        for file in desired.files
    }
    paths |= {link.path: Seen("link", target=link.target, as_applied=True) for link in desired.links}
    paths |= {item.path: Seen("directory", item.mode, item.owner, item.group) for item in desired.directories}
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
        runtime_states={one.name: Read(dict(one.expected)) for one in desired.runtime_states},
        applied=kept(desired),
        transaction=None,
    )


SEEN = (
    Seen("absent"),
    Seen("other"),
    Seen("link", target="/tmp/elsewhere"),
    Seen("directory", 0o700, "root", "root"),
    Seen("file", 0o666, "daemon", "daemon", changed=1.0, md5="m"),
    Seen("file", 0o644, "root", "root", as_wanted=True, as_applied=True),
    Seen("unreadable", error="Input/output error"),
)
UNITS = (
    UnitState("loaded", "failed", "disabled", stale=True),
    UnitState("masked", "inactive", "masked", stale=False),
)


def perturbed(own: ObservedSubsystem, dice: random.Random) -> ObservedSubsystem:
    """The host after some accidents, of which most are at paths."""
    paths = {path: dice.choice(SEEN) if dice.random() < 0.2 else seen for path, seen in own.paths.items()}
    listings = dict(own.listings)
    for folder in listings:
        names = tuple(name for name in ("evil", "host.id", "sample") if dice.random() < 0.3)
        listings[folder] = names
        paths |= {f"{folder}/{name}": dice.choice(SEEN) for name in names}
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
            name: dice.choice([one, Read({}), Read({"mallory": "superuser"}), Read(None, "no server")])
            for name, one in own.runtime_states.items()
        },
        transaction=dice.choice([None, None, "armed"]),
    )


def findings(desired: Desired, own: ObservedSubsystem) -> list[Finding]:
    whole = Observed("", {desired.subsystem: own}, {}, {}, busy=False, root=True)
    return compare("web", desired, whole)


SUBJECTS = (TOY, *everything("debian13").desired())


@pytest.mark.parametrize("desired", SUBJECTS, ids=lambda one: one.subsystem)
def test_what_is_as_wanted_is_so_from_the_record_too(desired: Desired) -> None:
    own = good(desired)
    assert findings(desired, own) == []
    assert findings(restore(desired.subsystem, kept(desired)), own) == []


@pytest.mark.parametrize("desired", SUBJECTS, ids=lambda one: one.subsystem)
def test_every_accident_is_found_from_the_record_as_from_the_repository(desired: Desired) -> None:
    dice, told = random.Random(1), set[str]()  # noqa: S311  accidents, the same ones in every run
    recorded = restore(desired.subsystem, kept(desired))
    for _ in range(200):
        own = perturbed(good(desired), dice)
        expected = findings(desired, own)
        assert set(findings(recorded, own)) == set(expected)
        told |= {finding.kind for finding in expected}
    units = {"unit.state"} if desired.units else set[str]()
    assert {"file.missing", "file.mode", "file.content", "transaction.interrupted"} | units <= told


def test_the_record_knows_every_field_that_is_compared() -> None:
    """A new field of ``Desired`` is recorded, or named here: only a change, or a report, needs it."""
    serves = {
        "activations",
        "alerts",
        "checks",
        "drains",
        "install_first",
        "inner_networks",
        "logins",
        "memory_bytes",
        "replaces",
        "scrape_targets",
        "sources",
        "tls_names",
    }
    fields = {field.name for field in dataclasses.fields(Desired)} - serves
    recorded = restore("toy", kept(TOY))
    assert {name for name in fields if not getattr(TOY, name)} == set()
    assert {name for name in fields if not getattr(recorded, name)} == set()


def test_the_record_of_what_was_restored_is_the_record() -> None:
    for desired in SUBJECTS:
        recorded = kept(desired)
        assert as_recorded(restore(desired.subsystem, recorded), recorded)


def test_the_host_is_asked_the_same_but_for_secrets_and_contents() -> None:
    asked = json.loads(question([TOY], everything=True))["subsystems"]["toy"]
    again = json.loads(question([restore("toy", kept(TOY))], everything=True))["subsystems"]["toy"]
    assert again["files"]["/etc/toy/key"] == {"sha256": None, "shown": False}
    assert again["files"]["/etc/toy/toy.conf"] == {**asked["files"]["/etc/toy/toy.conf"], "shown": False}
    for name in set(asked) - {"files"}:
        assert sorted(again[name]) == sorted(asked[name]), name


def test_the_record_holds_no_secret_and_no_hash_of_one() -> None:
    text = json.dumps(kept(TOY))
    assert "horse" not in text
    assert hashlib.sha256(b"correct horse battery").hexdigest() not in text


def test_a_record_of_an_earlier_revision_says_what_to_do() -> None:
    earlier = {"version": 1, "subsystem": "toy", "paths": {"/etc/toy": {}}, "units": ["toy.service"]}
    with pytest.raises(RigError, match=r"another revision.*\n.*rig apply"):
        restore("toy", earlier)


@pytest.mark.parametrize("damage", ["paths", "units", "sockets", "runtime_states", "absent"])
@pytest.mark.parametrize("instead", [None, "x", 3, [3], {"x": 3}])
def test_a_damaged_record_is_told_and_never_guessed(damage: str, instead: object) -> None:
    with pytest.raises(RigError, match="the record of toy is damaged"):
        restore("toy", {**kept(TOY), damage: instead})


def test_no_record_at_all_is_a_damaged_one() -> None:
    with pytest.raises(RigError, match="the record of toy is damaged"):
        restore("toy", {})
