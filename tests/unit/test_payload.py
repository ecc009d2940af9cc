"""A payload carries what the findings need, in the order and with the marks that the host needs."""

import base64
import io
import json
import tarfile
from dataclasses import replace

import pytest

from rigwright.apply.payload import action, build
from rigwright.compare.subsystem import compare
from rigwright.desired import Activation, Check, Desired, Directory, File, Link, Probe, Step, Unit
from rigwright.finding import By, Finding
from rigwright.observed.manifest import Applied
from rigwright.observed.model import Observed, ObservedPath, ObservedSubsystem

APPLIED = Applied(by="ada@desk", revision="abc", at="2026-01-01T00:00:00+00:00")
CONF = File("/etc/toy/toy.conf", b"a = 1\n")
KEY = File("/etc/toy/key", b"correct horse battery", mode=0o640, group="toy", secret=True)
TOY = Desired(
    "toy",
    versions=(("toy", "1.2"),),
    files=(CONF, KEY),
    links=(Link("/etc/toy/on", "toy.conf"),),
    directories=(Directory("/etc/toy/d/e"), Directory("/etc/toy/d")),
    units=(Unit("toy.service"),),
    activations=(Activation("toy.service", restart_on=("/etc/systemd/",)),),
    steps=(Step("salt", "exit 0", "make-salt"), Step("sugar", "exit 1", "make-sugar")),
    checks=(Check("toy", "toy -t"),),
    confirm_seconds=120,
    probes=(Probe("toy", "toy ping", timeout_seconds=7),),
)
BARE = ObservedSubsystem({}, {}, {}, {}, {"salt": 0, "sugar": 1}, {}, None, None)


def unpacked(own: ObservedSubsystem = BARE) -> dict[str, bytes]:
    findings = compare("web", TOY, Observed("", {"toy": own}, {}, {}, busy=False, root=True))
    payload = build(TOY, own, findings, APPLIED)
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(payload.text))) as archive:
        members = {member.name: archive.extractfile(member) for member in archive.getmembers()}
        return {name: file.read() for name, file in members.items() if file}


def test_a_bare_host_gets_everything_with_outer_directories_first() -> None:
    assert unpacked()["plan"].decode().splitlines() == [
        "directory\t755\troot\troot\t-\t/etc/toy/d",
        "directory\t755\troot\troot\t-\t/etc/toy/d/e",
        "file\t644\troot\troot\t-\t/etc/toy/toy.conf",
        "file\t640\troot\ttoy\t-\t/etc/toy/key",
        "link\t-\t-\t-\ttoy.conf\t/etc/toy/on",
    ]


def test_only_pending_steps_travel() -> None:
    files = unpacked()
    assert files["steps/before/00.sh"] == b"make-salt\n"
    assert "steps/before/01.sh" not in files


def test_checks_probes_versions_and_the_confirmation_travel() -> None:
    files = unpacked()
    assert files["checks/00.sh"] == b"toy -t\n"
    assert files["probes/00.timeout"] == b"7\n"
    assert files["versions"] == b"toy\t1.2\n"
    assert files["confirm"] == b"120\n"


def test_the_manifest_holds_no_trace_of_a_secret() -> None:
    manifest = json.loads(unpacked()["manifest"])
    assert manifest["paths"]["/etc/toy/key"] == {
        "kind": "file",
        "secret": True,
        "mode": "0640",
        "owner": "root",
        "group": "toy",
    }
    assert manifest["by"] == "ada@desk"


def test_an_unmanaged_file_is_saved() -> None:
    own = ObservedSubsystem(
        {CONF.path: ObservedPath("file", 0o644, "root", "root", content=b"mine\n")},
        {},
        {},
        {},
        {},
        {},
        None,
        None,
    )
    assert unpacked(own)["save"] == b"/etc/toy/toy.conf\n"


def test_a_service_that_has_not_loaded_its_files_is_reloaded_although_no_file_changes() -> None:
    lost = [Finding("web", "toy", "probe.failed", "toy", "fails")]
    payload = build(TOY, BARE, lost, APPLIED)
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(payload.text))) as archive:
        units, plan = (archive.extractfile(name) for name in ("units", "plan"))
        assert units
        assert plan
        assert (units.read(), plan.read()) == (b"toy.service\tenabled\tactive\treload\n", b"")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ([], "none"),
        (["/etc/toy/toy.conf"], "reload"),
        (["/etc/toy/toy.conf", "/etc/systemd/system/toy.service"], "restart"),
    ],
)
def test_a_unit_reloads_or_restarts_once_and_the_stronger_wins(changed: list[str], expected: str) -> None:
    assert action("toy.service", TOY.activations, changed) == expected


EXPORTER = "toy-exporter.service"
BESIDE = (
    Activation("toy.service", restart_on=("/etc/default/toy",)),
    Activation(EXPORTER, reload_on=("/etc/toy-exporter/",), restart_on=("/etc/default/toy-exporter",)),
)


@pytest.mark.parametrize(
    ("changed", "toy", "exporter"),
    [
        ("/etc/toy/toy.conf", "reload", "none"),
        ("/etc/default/toy", "restart", "none"),
        ("/etc/default/toy-exporter", "none", "restart"),
        ("/etc/toy-exporter/metrics.yml", "none", "reload"),
        ("/etc/toy-exporter", "reload", "none"),
    ],
)
def test_what_another_unit_names_is_no_change_of_this_one(changed: str, toy: str, exporter: str) -> None:
    assert action("toy.service", BESIDE, [changed]) == toy
    assert action(EXPORTER, BESIDE, [changed]) == exporter


def test_the_same_change_makes_the_same_bytes() -> None:
    finding = Finding("web", "toy", "file.content", CONF.path, "differs", by=By.REPOSITORY)
    first, second = (build(TOY, BARE, [finding], APPLIED) for _ in range(2))
    assert first == second


def test_a_unit_that_the_settings_dropped_is_disabled() -> None:
    before = {"paths": {}, "units": ["toy-exporter.service", "toy.service"]}
    rows = unpacked(replace(BARE, applied=before))["units"].decode().splitlines()
    assert rows == [
        "toy-exporter.service\tdisabled\tinactive\tnone",
        "toy.service\tenabled\tactive\treload",
    ]
