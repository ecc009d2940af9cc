"""A load that is not ours is a finding where what the service reads was changed later, and only there."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from inventories.scenarios import everything
from rigwright.apply.payload import build
from rigwright.compare.loads import needs
from rigwright.compare.subsystem import compare
from rigwright.desired import Activation, Desired, File, Unit
from rigwright.host import loads as host_loads
from rigwright.host.load_account import chosen
from rigwright.observed.loads import Change, Load, Reads, described, reads, restored, unknown_load
from rigwright.observed.manifest import Applied, manifest
from rigwright.observed.model import Observed, ObservedPath, ObservedSubsystem, UnitState

CONF, ARGUMENTS = "/etc/toy/toy.conf", "/etc/default/toy"
UNIT = "toy.service"
TOY = Desired(
    "toy",
    files=(File(CONF, b"a"), File(ARGUMENTS, b"b")),
    units=(Unit(UNIT), Unit("toy.timer"), Unit("toy-off.service", enabled=False, active=False)),
    activations=(
        Activation(
            UNIT, reload_on=("/etc/",), restart_on=(ARGUMENTS,), reads=("/etc/toy/more/",), workers="toy: w"
        ),
    ),
)
APPLIED = Applied("ada", "abc", "2026-01-01T00:00:00+00:00")
GOOD = UnitState("loaded", "active", "enabled", stale=False)
OFF = UnitState("loaded", "inactive", "disabled", stale=False)
FILE = ObservedPath("file", 0o644, "root", "root", as_desired=True, as_applied=True)


def observed(load: Load, *, applied: bool = True, conf: ObservedPath = FILE) -> Observed:
    found = {CONF: conf, ARGUMENTS: FILE}
    own = ObservedSubsystem(
        found,
        {},
        {},
        {UNIT: GOOD, "toy.timer": GOOD, "toy-off.service": OFF},
        {},
        {},
        manifest(TOY, APPLIED) if applied else {"paths": {}},
        None,
        loads={UNIT: load},
    )
    return Observed("", {"toy": own}, {}, {}, busy=False, root=True)


@pytest.mark.parametrize(
    ("load", "needed"),
    [
        # Of an apply, with files changed before, and after it.
        (Load(100, 100, 100, known_until=110, changed=Change(90, CONF)), None),
        (Load(100, 100, 100, known_until=110, changed=Change(500, CONF)), None),
        # By hand, with the file put back afterwards; and with files that are as old as the apply.
        (Load(100, 200, 200, known_until=110, changed=Change(205, CONF)), "reload"),
        (Load(100, 200, 200, known_until=110, changed=Change(105, CONF)), None),
        # A boot: nothing is known of it, and every file is older.
        (Load(300, 300, 300, changed=Change(105, CONF), changed_at_start=Change(105, ARGUMENTS)), None),
        # A start with other arguments, which only another start corrects.
        (Load(300, 300, 300, changed=Change(105, CONF), changed_at_start=Change(305, ARGUMENTS)), "restart"),
        # The same, and a reload of ours after it, which does not read them.
        (Load(300, 400, 400, known_until=290, changed_at_start=Change(305, ARGUMENTS)), "restart"),
        # The kernel's time of a change is behind by up to a tick of its clock.
        (Load(100, 200, 200, known_until=110, changed=Change(199.99, CONF)), "reload"),
        (Load(100, 200, 200, known_until=110, changed=Change(199.5, CONF)), None),
        # A signal is taken later: the file was put back while the service was reading.
        (Load(100, 200, 198, known_until=110, changed=Change(199.5, CONF)), "reload"),
        # It reads nothing that is there.
        (Load(100, 200, 200, known_until=110), None),
    ],
)
def test_only_a_load_with_later_changes_that_is_not_known_is_unknown(load: Load, needed: str | None) -> None:
    found = unknown_load(load)
    assert (found and found.needs) == needed


def test_a_finding_has_time_account_and_the_path_and_apply_loads_again() -> None:
    load = Load(1.0, 1796026857.5, 1796026857.5, 5.0, Change(1796026860.0, CONF), account="ada")
    view = observed(load)
    (finding,) = compare("web", TOY, view)
    assert (finding.kind, finding.where) == ("load.unknown", UNIT)
    assert "2026-11-30 08:20:57 UTC, not by Rigwright (ada used sudo)" in finding.summary
    assert CONF in finding.summary
    assert finding.since
    assert needs(view.subsystems["toy"]) == {UNIT: "reload"}
    own = view.subsystems["toy"]
    assert (
        build(TOY, own, [finding], APPLIED).sha256 != build(TOY, good().subsystems["toy"], [], APPLIED).sha256
    )


def good() -> Observed:
    """A host whose last load is of the apply."""
    return observed(Load(1.0, 2.0, 2.0, 5.0))


def test_a_masked_unit_is_reported_with_the_next_step() -> None:
    view = good()
    own = view.subsystems["toy"]
    masked = replace(own, units={**own.units, UNIT: replace(GOOD, enabled="masked")})
    (finding,) = compare("web", TOY, replace(view, subsystems={"toy": masked}))
    assert finding.kind == "unit.enabled"
    assert (
        finding.summary == "toy.service is masked, wanted enabled: systemctl unmask toy.service, on the host"
    )


def test_nothing_is_reported_twice_nor_after_an_apply_of_an_earlier_revision() -> None:
    load = Load(1.0, 200.0, 200.0, 5.0, Change(300.0, CONF))
    other = ObservedPath("file", 0o600, "root", "root", as_desired=True, as_applied=True)
    assert [one.kind for one in compare("web", TOY, observed(load, conf=other))] == ["file.mode"]
    assert needs(observed(load, conf=other).subsystems["toy"]) == {UNIT: "reload"}
    assert [one.kind for one in compare("web", TOY, observed(load, applied=False))] == ["manifest.stale"]
    assert needs(observed(load, applied=False).subsystems["toy"]) == {}


def test_what_a_service_reads_comes_from_its_activation_and_only_services_have_it() -> None:
    assert reads(TOY) == {
        UNIT: Reads((ARGUMENTS,), (CONF, "/etc/toy/more/"), unit_files=True, workers="toy: w")
    }
    assert reads(TOY)[UNIT].covers("/etc/toy/more/below")
    assert not Reads().covers("/etc/toy/more/below")
    assert restored(described(TOY.activations)) == TOY.activations


def test_without_a_reload_further_files_are_read_at_start() -> None:
    toy = Desired(
        "toy", units=(Unit(UNIT),), activations=(Activation(UNIT, (), ("/x",), reads=("/etc/toy/",)),)
    )
    assert reads(toy)[UNIT] == Reads(("/etc/toy/",))


def test_a_change_below_a_folder_and_behind_a_link_counts(tmp_path: Path) -> None:
    inner = tmp_path / "conf.d"
    inner.mkdir()
    target = tmp_path / "elsewhere"
    target.write_text("a")
    (inner / "link").symlink_to(target)
    os.utime(target, (1, 1))
    newest = host_loads.newest([f"{inner}/"])
    assert newest
    assert newest[0] == target.stat().st_ctime
    assert host_loads.newest([str(tmp_path / "missing")]) is None
    (inner / "added").touch()
    (inner / "added").unlink()
    assert host_loads.newest([f"{inner}/"]) == (inner.stat().st_ctime, str(inner))


def test_the_last_load_is_that_of_systemd_or_of_what_the_service_shows() -> None:
    last = host_loads.last_load
    assert last(10, None, []) == (10, 10)
    assert last(10, host_loads.Reload(50, 50), [None]) == (50, 50)
    # Workers of the same reload, and of a later signal.
    assert last(10, host_loads.Reload(50, 50), [50.1]) == (50.1, 50)
    assert last(10, host_loads.Reload(50, 50), [90.0]) == (90.0, 88.0)
    # Of a service that says when it has read: with the start of the command, and after systemd forgot it.
    assert last(10, host_loads.Reload(50, 50.4), []) == (50.4, 50)
    assert last(10, host_loads.Reload(None, 50.4), []) == (50.4, 48.4)


def test_a_reload_of_systemd_begins_with_its_last_command() -> None:
    clock = host_loads.Clock()
    state = {"ActiveEnterTimestampMonotonic": "1000000", "StateChangeTimestampMonotonic": "5000000"}
    over = 5 + clock.monotonic
    assert host_loads.reloaded({**state, "Type": "notify"}, clock) == host_loads.Reload(None, over)
    assert host_loads.reloaded({**state, "Type": "simple"}, clock) == host_loads.Reload(over, over)
    shown = "{ path=/bin/kill ; start_time=[Mon 2026-11-30 09:08:45.667605 UTC] ; stop_time=[n/a] ; pid=743 }"
    forgotten = "{ path=/bin/kill ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 }"
    assert host_loads.reloaded({**state, "ExecReload": f"{forgotten}\n{shown}"}, clock) == host_loads.Reload(
        1796029725.667605, over
    )
    assert host_loads.reloaded({**state, "StateChangeTimestampMonotonic": "1000000"}, clock) is None


def test_workers_that_are_ending_are_of_an_earlier_load() -> None:
    every = {7: [(1.0, "toy: w is shutting down"), (5.0, "toy: w"), (9.0, "toy: w"), (0.5, "other")]}
    assert host_loads.workers(7, "toy: w", every) == 5.0
    assert host_loads.workers(8, "toy: w", every) is None


def test_systemd_reads_its_own_files_of_a_unit_and_not_those_of_packages() -> None:
    state = {
        "FragmentPath": "/usr/lib/systemd/system/toy.service",
        "DropInPaths": "/etc/systemd/system/toy.service.d/a.conf /lib/systemd/system/toy.service.d/b.conf",
        "EnvironmentFiles": "/etc/default/toy (ignore_errors=yes)\n/etc/toy/env",
    }
    assert host_loads.unit_files(state) == [
        "/etc/systemd/system/toy.service.d/a.conf",
        "/etc/systemd/system/toy.service.d",
        "/etc/default/toy",
        "/etc/toy/env",
    ]
    assert host_loads.unit_files({}) == []


ROW = "{} web sudo[7]: {} : PWD=/root ; USER=root ; COMMAND={}"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([ROW.format("100.5", "ada", "/usr/bin/systemctl reload nginx")], "ada"),
        ([ROW.format("10.5", "ada", "/usr/bin/bash")], "ada"),
        ([ROW.format("10.5", "ada", "/usr/bin/less")], ""),
        ([ROW.format("100.5", "ada", "/usr/bin/true")], ""),
        ([ROW.format("190.5", "ada", "/usr/bin/bash")], ""),
        (
            [ROW.format("100.5", "ada", "/usr/bin/vi"), ROW.format("101.5", "rig", "/usr/bin/python3 -Ic x")],
            "ada",
        ),
        (["rubbish", "x sudo: :"], ""),
    ],
)
def test_the_account_is_that_of_the_last_command_by_sudo(rows: list[str], expected: str) -> None:
    assert chosen(rows, 110.0) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "/proc/1/root/proc/sys/kernel/random/boot_id": b"of-systemd\n",
                host_loads.BOOT_ID: b"machine\n",
            },
            "of-systemd",
        ),
        ({host_loads.BOOT_ID: b"machine\n"}, "machine"),
        ({}, ""),
    ],
)
def test_the_boot_is_that_of_systemd_whatever_a_sandbox_shows(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes], expected: str
) -> None:
    monkeypatch.setattr(host_loads, "read", files.get)
    assert host_loads.boot_id() == expected


def test_the_boot_is_read_from_the_kernel() -> None:
    """It refuses big pieces; a container has a plain file in place of it, which takes them."""
    assert host_loads.boot_id() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def test_no_service_of_a_whole_host_reads_the_arguments_of_another() -> None:
    """``/etc/default/prometheus-node-exporter`` begins like that of Prometheus, and is none of its."""
    read: dict[str, list[str]] = {}
    for one in everything("debian13").desired():
        for unit, what in reads(one).items():
            for path in (*what.start, *what.reload):
                read.setdefault(path, []).append(unit)
    arguments = {path: units for path, units in read.items() if path.startswith("/etc/default/")}
    assert len(arguments) > 5
    assert all(len(units) == 1 for units in arguments.values()), arguments
