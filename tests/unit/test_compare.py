"""What differs is found, all of it and nothing else, and attributed to the repository or the host."""

import dataclasses
import hashlib
from typing import Any

import pytest

from rigwright.apply.payload import action
from rigwright.compare.subsystem import compare, dropped, retired, version_fits
from rigwright.desired import Absent, Desired, Directory, File, Link, Probe, Socket, Step, Unit
from rigwright.finding import By, Finding
from rigwright.observed.applied import AppliedSubsystem
from rigwright.observed.manifest import Applied, manifest
from rigwright.observed.model import Observed, ObservedPath, ObservedSubsystem, UnitState

FILE = File("/etc/toy/toy.conf", b"wanted\n")
GOOD = ObservedPath("file", 0o644, "root", "root", as_desired=True, as_applied=True)
OTHER = ObservedPath("file", 0o644, "root", "root", content=b"found\n", md5="m")
MANIFEST = {"paths": {FILE.path: {"kind": "file"}}, "units": ["toy.service"]}


def recorded(desired: Desired) -> dict[str, Any]:
    """What the host keeps of an apply of this."""
    return manifest(desired, Applied("ada", "abc", "2026-01-01T00:00:00+00:00"))


def found(desired: Desired, *, conffiles: dict[str, str] | None = None, **own: object) -> list[Finding]:
    empty: dict[str, object] = {
        "paths": {},
        "listings": {},
        "packages": {},
        "units": {},
        "steps": {},
        "probes": {},
        "applied": None,
        "transaction": None,
    }
    found_path = ObservedSubsystem(**{**empty, **own})  # type: ignore[arg-type]
    whole = Observed("", {"toy": found_path}, conffiles or {}, {}, busy=False, root=True)
    return compare("web", desired, whole)


def kinds(findings: list[Finding]) -> list[str]:
    return [finding.kind for finding in findings]


def test_a_host_in_its_desired_state_has_no_finding() -> None:
    desired = Desired("toy", packages=("toy",), files=(FILE,), units=(Unit("toy.service"),))
    state = UnitState("loaded", "active", "enabled", stale=False)
    assert (
        found(
            desired,
            paths={FILE.path: GOOD},
            packages={"toy": "1.0"},
            units={"toy.service": state},
            applied=recorded(desired),
        )
        == []
    )


def test_a_file_that_settings_changed_is_by_the_repository() -> None:
    found_path = ObservedPath("file", 0o644, "root", "root", as_applied=True, content=b"found\n")
    (finding,) = found(Desired("toy", files=(FILE,)), paths={FILE.path: found_path}, applied=MANIFEST)
    assert (finding.kind, finding.by, finding.refused) == ("file.content", By.REPOSITORY, False)
    assert finding.diff[-2:] == ("-found", "+wanted")


def test_a_managed_file_that_was_edited_is_by_the_host_and_fixed_without_adopt() -> None:
    (finding,) = found(Desired("toy", files=(FILE,)), paths={FILE.path: OTHER}, applied=MANIFEST)
    assert (finding.by, finding.refused) == (By.HOST, False)


def test_a_file_from_before_the_first_apply_is_refused() -> None:
    (finding,) = found(Desired("toy", files=(FILE,)), paths={FILE.path: OTHER})
    assert finding.refused


def test_a_file_as_its_package_ships_it_is_replaced_without_adopt() -> None:
    (finding,) = found(Desired("toy", files=(FILE,)), paths={FILE.path: OTHER}, conffiles={FILE.path: "m"})
    assert not finding.refused


def test_a_secret_file_shows_no_difference() -> None:
    secret = File("/etc/toy/key", b"hunter2", mode=0o600, secret=True)
    found_path = ObservedPath("file", 0o600, "root", "root")
    (finding,) = found(Desired("toy", files=(secret,)), paths={secret.path: found_path}, applied=MANIFEST)
    assert finding.diff == ()
    assert "hunter2" not in repr(finding)
    assert hashlib.sha256(b"hunter2").hexdigest() not in repr(finding)


def test_mode_and_owner_are_two_findings() -> None:
    found_path = ObservedPath("file", 0o600, "www-data", "root", as_desired=True)
    findings = found(Desired("toy", files=(FILE,)), paths={FILE.path: found_path}, applied=MANIFEST)
    assert kinds(findings) == ["file.mode", "file.owner"]
    assert findings[0].expected == "0644"
    assert findings[0].actual == "0600"


def test_a_file_of_earlier_settings_is_unwanted() -> None:
    (finding,) = found(Desired("toy"), paths={FILE.path: GOOD}, applied=MANIFEST)
    assert (finding.kind, finding.refused) == ("file.unwanted", False)


def test_an_unmanaged_file_in_an_owned_directory_is_refused_before_the_first_apply_only() -> None:
    directory = Directory("/etc/toy", owned=True)
    desired = Desired("toy", directories=(directory,))
    paths = {"/etc/toy": ObservedPath("directory", 0o755, "root", "root"), "/etc/toy/evil": OTHER}
    own: dict[str, Any] = {"paths": paths, "listings": {"/etc/toy": ("evil",)}}
    (before,) = found(desired, **own)
    (after,) = found(desired, **own, applied={"paths": {"/etc/toy": {}}})
    assert (before.kind, before.refused) == ("file.unmanaged", True)
    assert (after.kind, after.refused) == ("file.unmanaged", False)


def test_a_preserved_file_in_an_owned_directory_is_no_finding() -> None:
    desired = Desired("toy", directories=(Directory("/etc/toy", owned=True),), preserved=("/etc/toy/own",))
    paths = {"/etc/toy": ObservedPath("directory", 0o755, "root", "root"), "/etc/toy/own": OTHER}
    assert found(desired, paths=paths, listings={"/etc/toy": ("own",)}, applied=recorded(desired)) == []


def test_a_link_of_the_package_is_removed_without_adopt_and_another_one_is_not() -> None:
    desired = Desired("toy", absent=(Absent("/etc/toy/default", package_target="/usr/share/toy"),))
    (packaged,) = found(desired, paths={"/etc/toy/default": ObservedPath("link", target="/usr/share/toy")})
    (unmanaged,) = found(desired, paths={"/etc/toy/default": ObservedPath("link", target="/home/me/toy")})
    assert (packaged.refused, unmanaged.refused) == (False, True)


def test_a_link_that_points_elsewhere_is_found() -> None:
    desired = Desired("toy", links=(Link("/etc/toy/on", "../off"),))
    (finding,) = found(desired, paths={"/etc/toy/on": ObservedPath("link", target="/tmp")}, applied=MANIFEST)
    assert (finding.kind, finding.expected, finding.actual) == ("link.target", "../off", "/tmp")


@pytest.mark.parametrize(
    ("active", "enabled", "expected"),
    [
        ("active", "enabled", []),
        ("reloading", "enabled", []),
        ("inactive", "enabled", ["unit.state"]),
        ("failed", "disabled", ["unit.enabled", "unit.state"]),
        ("active", "masked", ["unit.enabled"]),
    ],
)
def test_a_unit_is_judged_by_its_state_in_systemd(active: str, enabled: str, expected: list[str]) -> None:
    desired = Desired("toy", units=(Unit("toy.service"),))
    state = UnitState("loaded", active, enabled, stale=False)
    assert kinds(found(desired, units={"toy.service": state}, applied=recorded(desired))) == expected


def test_a_unit_whose_files_systemd_has_not_read_is_stale() -> None:
    desired = Desired("toy", units=(Unit("toy.service"),))
    state = UnitState("loaded", "active", "enabled", stale=True)
    assert kinds(found(desired, units={"toy.service": state})) == ["unit.stale"]


@pytest.mark.parametrize(
    ("code", "expected"), [(0, ["step.pending"]), (1, []), (2, ["step.unknown"]), (None, ["step.unknown"])]
)
def test_a_step_whose_check_fails_or_times_out_is_never_taken_for_done(
    code: int | None, expected: list[str]
) -> None:
    desired = Desired("toy", steps=(Step("key", "true", "true"),))
    assert kinds(found(desired, steps={"key": code}, applied=recorded(desired))) == expected


def test_an_interrupted_transaction_is_a_finding_although_every_file_is_right() -> None:
    findings = found(
        Desired("toy", files=(FILE,)), paths={FILE.path: GOOD}, applied=MANIFEST, transaction="armed"
    )
    assert kinds(findings) == ["transaction.interrupted"]


@pytest.mark.parametrize(
    ("installed", "fits"),
    [
        ("1.26.3-3+deb13u1", True),
        ("1:1.26.3-1", True),
        ("1.26", True),
        ("1.260.1-1", False),
        ("1.22.1-9", False),
    ],
)
def test_a_version_is_compared_by_its_upstream_prefix(installed: str, *, fits: bool) -> None:
    assert version_fits(installed, "1.26") is fits


def test_a_dropped_subsystem_whose_manifest_is_damaged_is_reported() -> None:
    observed = Observed("", {}, {}, {}, busy=False, root=True, damaged=("cups", "toy"))
    assert [(one.kind, one.where) for one in dropped("web", [Desired("toy")], observed)] == [
        ("manifest.damaged", "cups")
    ]


def test_a_subsystem_that_the_inventory_dropped_is_reported_and_desires_nothing() -> None:
    kept = {"toy": AppliedSubsystem(("toy.service",)), "kept": AppliedSubsystem()}
    observed = Observed("", {}, {}, kept, busy=False, root=True)
    (finding,) = dropped("web", [Desired("kept")], observed)
    assert (finding.kind, finding.where, finding.by) == ("subsystem.unwanted", "toy", By.REPOSITORY)
    (desired,) = retired([Desired("kept")], observed)
    assert desired == Desired("toy", units=(Unit("toy.service", enabled=False, active=False),))


def test_a_manifest_without_keep_on_removal_is_stale() -> None:
    desired = Desired("toy", files=(FILE,), units=(Unit("toy.service", keep_on_removal=True),))
    units = {"toy.service": UnitState("loaded", "active", "enabled", stale=False)}
    findings = found(desired, paths={FILE.path: GOOD}, units=units, applied=MANIFEST)
    assert kinds(findings) == ["manifest.stale"]
    named = recorded(desired)
    assert found(desired, paths={FILE.path: GOOD}, units=units, applied=named) == []


def test_a_kept_unit_reloads_when_the_inventory_drops_its_subsystem() -> None:
    kept = AppliedSubsystem(
        ("sshd.service", "sshd.socket"), kept_units=("sshd.service",), confirm_seconds=120
    )
    observed = Observed("", {}, {}, {"sshd": kept}, busy=False, root=True)
    (desired,) = retired([], observed)
    assert desired.units == (
        Unit("sshd.socket", enabled=False, active=False),
        Unit("sshd.service", keep_on_removal=True),
    )
    assert action("sshd.service", desired.activations, ["/etc/ssh/sshd_config.d/ours.conf"]) == "reload"
    assert desired.confirm_seconds == 120


@pytest.mark.parametrize(("code", "how"), [(1, "failed"), (None, "did not end in time")])
def test_a_service_that_has_not_loaded_the_current_files_is_a_difference(code: int | None, how: str) -> None:
    desired = Desired("toy", files=(FILE,), probes=(Probe("the toy", "true"),))
    own: dict[str, Any] = {"paths": {FILE.path: GOOD}, "applied": recorded(desired)}
    findings = found(desired, **own, probes={"the toy": code})
    assert kinds(findings) == ["probe.failed"]
    assert f"the probe of the toy {how}: the service does not respond, or has not" in findings[0].summary


def test_a_failed_probe_is_not_reported_while_files_differ() -> None:
    desired = Desired("toy", files=(FILE,), probes=(Probe("the toy", "true"),))
    findings = found(desired, paths={FILE.path: OTHER}, applied=MANIFEST, probes={"the toy": 1})
    assert kinds(findings) == ["file.content"]


@pytest.mark.parametrize("applied", [None, {}, {"paths": {}}, {"paths": {"/etc/toy/other": {}}}])
def test_a_missing_or_damaged_manifest_is_a_difference(applied: dict[str, Any] | None) -> None:
    findings = found(Desired("toy", files=(FILE,)), paths={FILE.path: GOOD}, applied=applied)
    assert kinds(findings) == ["manifest.stale"]


@pytest.mark.parametrize(
    "other",
    [
        Desired("toy", files=(FILE,), probes=(Probe("the toy", "toy ping"),)),
        Desired("toy", files=(FILE,), units=(Unit("toy.service", enabled=False),)),
        Desired("toy", files=(FILE,), absent=(Absent("/etc/toy/sample"),)),
        Desired("toy", files=(FILE,), sockets=(Socket("0.0.0.0", 80),)),
    ],
)
def test_a_manifest_of_other_contents_is_a_difference(
    other: Desired,
) -> None:
    desired = Desired("toy", files=(FILE,))
    findings = found(desired, paths={FILE.path: GOOD}, applied=recorded(other))
    assert kinds(findings) == ["manifest.stale"]


def test_a_stale_manifest_is_not_reported_while_the_host_differs() -> None:
    desired = Desired("toy", probes=(Probe("the toy", "true"),))
    assert kinds(found(desired, probes={"the toy": 1})) == ["probe.failed"]


@pytest.mark.parametrize("name", ["1.conf\nx", "a\tb", "\udcff"])
def test_a_name_that_no_table_can_hold_must_be_removed_by_hand(name: str) -> None:
    desired = Desired("toy", directories=(Directory("/etc/toy", owned=True),))
    paths = {"/etc/toy": ObservedPath("directory", 0o755, "root", "root"), f"/etc/toy/{name}": OTHER}
    own: dict[str, Any] = {"paths": paths, "listings": {"/etc/toy": (name,)}}
    (finding,) = found(desired, **own, applied={"paths": {"/etc/toy": {}}})
    assert finding.refused
    assert finding.summary.isprintable()


HUGE = ObservedPath("file", 0o644, "root", "root", size=322_122_547_200)


@pytest.mark.parametrize("applied", [None, MANIFEST])
def test_a_huge_file_differs_by_its_size_and_apply_is_refused(applied: dict[str, Any] | None) -> None:
    desired = Desired("toy", files=(FILE,), directories=(Directory("/etc/toy", owned=True),))
    folder = ObservedPath("directory", 0o755, "root", "root")
    paths = {FILE.path: HUGE, "/etc/toy/core": HUGE, "/etc/toy": folder}
    findings = found(desired, paths=paths, listings={"/etc/toy": ("core",)}, applied=applied)
    huge = [one for one in findings if "322,122,547,200 bytes" in one.summary]
    assert {(one.kind, one.where, one.refused) for one in huge} == {
        ("file.content", FILE.path, True),
        ("file.unmanaged", "/etc/toy/core", True),
    }


BEFORE = Desired(
    "toy",
    packages=("toy",),
    versions=(("toy", "1"),),
    files=(FILE,),
    directories=(Directory("/etc/toy"),),
    units=(Unit("toy.service"), Unit("off.service", enabled=False, active=False)),
    steps=(Step("data", "test ! -e /data", ""),),
    probes=(Probe("serves", "toy ping"),),
)
RUNS = UnitState("loaded", "active", "enabled", stale=False)
IDLE = UnitState("loaded", "inactive", "disabled", stale=False)


def origins(desired: Desired, **own: Any) -> set[tuple[str, By]]:
    """What differs after an apply of ``BEFORE``, and where it was made."""
    before: dict[str, Any] = {
        "paths": {FILE.path: GOOD, "/etc/toy": ObservedPath("directory", 0o755, "root", "root")},
        "packages": {"toy": "1.0"},
        "units": {"toy.service": RUNS, "off.service": IDLE},
        "steps": {"data": 1},
        "probes": {"serves": 0},
        "applied": recorded(BEFORE),
    }
    return {(one.kind, one.by) for one in found(desired, **{**before, **own})}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"packages": ("toy", "more")}, "package.missing"),
        ({"versions": (("toy", "2"),)}, "package.version"),
        ({"files": (dataclasses.replace(FILE, mode=0o600),)}, "file.mode"),
        ({"files": (dataclasses.replace(FILE, owner="toy"),)}, "file.owner"),
        ({"directories": (Directory("/etc/toy", mode=0o700),)}, "directory.mode"),
        ({"files": (FILE, File("/etc/toy", b"")), "directories": ()}, "file.kind"),
        ({"units": (Unit("toy.service", enabled=False),)}, "unit.enabled"),
        ({"units": (Unit("toy.service", active=False),)}, "unit.state"),
        ({"units": (Unit("off.service", enabled=True, active=False),)}, "unit.enabled"),
        ({"units": (Unit("new.service", active=False),)}, "unit.enabled"),
        ({"steps": (Step("more", "test ! -e /more", ""),)}, "step.pending"),
        ({"probes": (Probe("serves", "toy ping --new"),)}, "probe.failed"),
    ],
)
def test_what_only_the_inventory_changed_was_changed_in_the_repository(
    change: dict[str, Any], kind: str
) -> None:
    other = (
        {"steps": {"more": 0}}
        if "steps" in change
        else {"probes": {"serves": 1}}
        if "probes" in change
        else {}
    )
    assert (kind, By.REPOSITORY) in origins(dataclasses.replace(BEFORE, **change), **other)


@pytest.mark.parametrize(
    ("own", "kind"),
    [
        ({"packages": {}}, "package.missing"),
        ({"packages": {"toy": "2.0"}}, "package.version"),
        ({"paths": {FILE.path: dataclasses.replace(GOOD, mode=0o666)}}, "file.mode"),
        ({"units": {"toy.service": dataclasses.replace(RUNS, enabled="masked")}}, "unit.enabled"),
        ({"units": {"toy.service": IDLE}}, "unit.state"),
        ({"units": {"toy.service": dataclasses.replace(RUNS, stale=True)}}, "unit.stale"),
        ({"steps": {"data": 0}}, "step.pending"),
        ({"probes": {"serves": 1}}, "probe.failed"),
    ],
)
def test_what_differs_from_the_last_apply_was_changed_on_the_host(own: dict[str, Any], kind: str) -> None:
    assert (kind, By.HOST) in origins(BEFORE, **own)


def test_without_a_readable_manifest_the_origin_is_unknown() -> None:
    assert ("package.missing", By.UNKNOWN) in origins(BEFORE, packages={}, applied={"version": 1})
