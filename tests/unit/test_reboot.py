"""Whether a reboot is needed, what forbids it, what ends before it, and what became of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from deploys.docker.settings import DockerSettings
from deploys.nginx.settings import NginxSettings
from deploys.postgres.settings import Pooler, PostgresSettings
from deploys.rig import Machine, Rig
from inventories.scenarios import everything
from rigwright.desired import Desired, Drain
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.health import devices
from rigwright.health.check import Check, Verdict
from rigwright.inventory.load import Host
from rigwright.reboot import decide, terminal
from rigwright.reboot.carry_out import Rebooted
from rigwright.reboot.decide import Kernels, Standing
from rigwright.reboot.survey import Looked
from rigwright.remote import commands
from rigwright.remote.ssh import SILENCE_SECONDS

QUIET = Standing(boot="a", system="running")
HOST = Host("web", Rig(machine=Machine(os="debian13"), nginx=NginxSettings()), {"ssh_hostname": "192.0.2.1"})
WAITS = Check("reboot", "reboot", Verdict.WARNING, "kernel 6.2 waits, 6.1 runs")


def said(now: Standing, kernels: Kernels = Kernels(), *resilvering: str) -> list[str]:  # noqa: B008  frozen
    return [str(one) for one in decide.objections("web", now, kernels, resilvering)]


def test_a_quiet_host_may_be_rebooted() -> None:
    assert said(QUIET, Kernels("6.1", "6.2")) == []


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (replace(QUIET, system="stopping"), "it is going down already"),
        (
            replace(QUIET, holders=("rigwright: apply nginx by ada@desk",)),
            "by rigwright: apply nginx by ada@desk",
        ),
        (replace(QUIET, changes={"ssh": "probed"}), "a change of ssh waits for its confirmation"),
        (replace(QUIET, changes={"nginx": "armed"}), "a change of nginx was cut off"),
        (replace(QUIET, dpkg_users=("apt-get (7)",)), "packages are being installed by apt-get (7)"),
        (replace(QUIET, unfinished=("zfs-dkms",)), "packages are installed by half: zfs-dkms"),
        (replace(QUIET, inhibitors=(("ada", "a copy"),)), "ada asks for no reboot: a copy"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_forbids_a_reboot_names_the_host_and_the_next_step(now: Standing, told: str) -> None:
    (one,) = said(now)
    assert one.startswith("web: ")
    assert told in one
    assert "\n  next: " in one


def test_a_change_under_way_is_told_once() -> None:
    (one,) = said(replace(QUIET, holders=("rigwright: apply nginx by ada@desk",), changes={"nginx": "armed"}))
    assert "locked" in one


def test_a_new_kernel_without_initrd_is_not_booted() -> None:
    old = replace(QUIET, initrds=("initrd.img-6.1",))
    (one,) = said(old, Kernels("6.1", "6.2"))
    assert "kernel 6.2 has no initrd" in one
    assert said(replace(old, initrds=("initrd.img-6.1", "initrd.img-6.2")), Kernels("6.1", "6.2")) == []
    assert said(QUIET, Kernels("6.1", "6.2")) == [], "kernels of this host need none"


@pytest.mark.parametrize(
    ("scan", "pools"),
    [("resilver in progress since Sun Nov  8 02:10:15 2026", ["tank"]), ("scrub in progress since Sun", [])],
)
def test_a_pool_that_writes_a_disk_anew_is_waited_for(scan: str, pools: list[str]) -> None:
    status = f"  pool: tank\n state: DEGRADED\n  scan: {scan}\nconfig:\n\n\ttank DEGRADED 0 0 0\n"
    answer = {"code": 0, "out": status, "err": ""}
    seen = {"zfs": True, "outputs": {"zpool-status": answer, "zpool-list": {"code": 0, "out": "", "err": ""}}}
    found = devices.resilvering(seen)
    assert found == pools
    assert len(said(QUIET, Kernels(), *found)) == len(pools)


def test_what_ends_before_a_reboot_goes_from_the_door_to_the_data() -> None:
    """The order in which subsystems are applied is another: the web server comes behind the database."""
    order = [drain.unit for drain in decide.drains(everything("debian13").desired())]
    assert order == [
        "nginx.service",
        *(
            f"rigwright-stack@{stack.name}.service"
            for stack in (everything("debian13").docker or DockerSettings()).stacks
        ),
        "pgbouncer.service",
        "postgresql@17-main.service",
    ]
    postgres = Rig(machine=Machine(os="debian13"), postgres=PostgresSettings(pooler=Pooler()))
    drains = decide.drains(postgres.desired())
    assert [(one.unit, one.restarts) for one in drains] == [
        ("pgbouncer.service", True),
        ("postgresql@17-main.service", False),
    ]


def test_nothing_that_ends_is_silent_for_longer_than_the_line_lives() -> None:
    rig = Rig(machine=Machine(os="debian13"), nginx=NginxSettings(worker_shutdown_timeout_seconds=86_400))
    for one in decide.drains((*rig.desired(), *everything("debian13").desired())):
        assert one.timeout_seconds < SILENCE_SECONDS


def test_the_host_says_the_word_that_the_operators_machine_waits_for() -> None:
    assert f'say "{commands.REBOOT_ORDERED}"' in commands.REBOOT


def test_a_drain_travels_whole() -> None:
    one = Drain("a.service", "let it end", "true && sleep 1", "entry", 5, restarts=False)
    assert commands.reboot([one], by="ada@desk")[-5:] == [
        "a.service",
        "no",
        "5",
        "let it end",
        "true && sleep 1",
    ]


@pytest.mark.parametrize(
    ("now", "system", "back"),
    [
        ("b", "running", True),
        ("b", "degraded", True),
        ("b", "maintenance", True),
        ("b", "starting", False),
        ("b", "initializing", False),
        ("b", "stopping", False),
        ("a", "running", False),
        ("", "running", False),
    ],
)
def test_back_is_another_boot_that_has_started_everything(now: str, system: str, back: bool) -> None:
    assert decide.back(now, "a", system) is back


def test_a_unit_that_had_failed_before_is_told_as_such() -> None:
    checks = [Check("units", one, Verdict.CRITICAL, "failed") for one in ("new.service", "old.service")]
    found = decide.units("web", {"old.service", "mended.service"}, checks)
    assert [one.summary for one in found] == [
        "new.service: failed",
        "old.service: failed before the reboot, too",
    ]


def test_a_host_that_asks_for_another_reboot_is_not_as_it_should_be() -> None:
    assert decide.still_needed("web", [Check("reboot", "reboot", Verdict.OK, "not required")]) == []
    (one,) = decide.still_needed("web", [WAITS])
    assert one.summary == "after the reboot: reboot: kernel 6.2 waits, 6.1 runs"


@pytest.mark.parametrize(("system", "count"), [("starting", 1), ("running", 0), ("degraded", 0)])
def test_what_has_not_started_in_time_is_a_finding(system: str, count: int) -> None:
    assert len(decide.unfinished("web", system)) == count


LOCKED = RigError("locked", host="web")


@pytest.mark.parametrize(
    ("looked", "always", "code"),
    [
        (Looked(HOST), False, Exit.OK),
        (Looked(HOST), True, Exit.CHANGES),
        (Looked(HOST, reasons=("new kernel",)), False, Exit.CHANGES),
        (Looked(HOST, reasons=("new kernel",), objections=(LOCKED,)), False, Exit.UNKNOWN),
        (Looked(HOST, objections=(LOCKED,)), False, Exit.OK),
        (Looked(HOST, objections=(LOCKED,)), True, Exit.UNKNOWN),
        (Looked(HOST, error=LOCKED), False, Exit.UNKNOWN),
    ],
)
def test_looking_says_whether_a_reboot_is_due_and_allowed(looked: Looked, always: bool, code: Exit) -> None:
    assert looked.code(always=always) is code


FOUND = (Finding("web", "units", "health.critical", "x.service", "x.service: failed"),)


@pytest.mark.parametrize(
    ("became", "code"),
    [
        (Rebooted(HOST, 9.0), Exit.OK),
        (Rebooted(HOST, 9.0, findings=FOUND), Exit.CHANGES),
        (Rebooted(HOST, error=LOCKED), Exit.UNKNOWN),
        (Rebooted(HOST, 9.0, error=LOCKED), Exit.UNKNOWN),
    ],
)
def test_a_reboot_is_good_only_when_everything_is_as_it_should_be(became: Rebooted, code: Exit) -> None:
    assert became.code is code


def test_not_knowing_beats_a_difference_and_no_host_is_not_known() -> None:
    assert decide.worst([Exit.OK, Exit.CHANGES, Exit.UNKNOWN]) is Exit.UNKNOWN
    assert decide.worst([Exit.OK, Exit.CHANGES]) is Exit.CHANGES
    assert decide.worst([Exit.OK]) is Exit.OK
    assert decide.worst([]) is Exit.UNKNOWN


def test_what_a_host_says_is_read_and_anything_else_is_an_error() -> None:
    answer: dict[str, Any] = {
        "boot": "a",
        "system": "running",
        "holders": [],
        "changes": {"ssh": "probed"},
        "dpkg_users": [],
        "unfinished": [],
        "inhibitors": [{"what": "shutdown", "who": "ada", "why": "a copy", "mode": "block"}],
        "initrds": [],
    }
    assert decide.standing(json.dumps(answer), "web").inhibitors == (("ada", "a copy"),)
    for wrong in ("", "[]", json.dumps({**answer, "inhibitors": [1]})):
        with pytest.raises(RigError, match="cannot be read"):
            decide.standing(wrong, "web")


def test_hardware_that_is_unwell_is_told_and_forbids_nothing() -> None:
    sick = Check("nvme", "nvme0", Verdict.CRITICAL, "worn out")
    full = Check("filesystem", "/", Verdict.CRITICAL, "full")
    looked = Looked(HOST, reasons=("new kernel",), checks=(sick, full))
    assert looked.code(always=False) is Exit.CHANGES
    shown = terminal.before([looked], always=False)
    assert "nvme0: worn out" in shown
    assert "full" not in shown


def test_the_page_tells_the_reason_and_what_ends_first() -> None:
    shown = terminal.before([Looked(HOST, reasons=("kernel 6.2 waits",))], always=False)
    assert "kernel 6.2 waits" in shown
    assert "nginx: answer what has begun, 70 s at most" in shown
    assert "nginx" not in terminal.before([Looked(HOST)], always=False)


def test_a_reboot_that_went_wrong_later_was_one_all_the_same() -> None:
    told = json.loads(terminal.as_json([Looked(HOST)], [Rebooted(HOST, 9.0, error=LOCKED)], Exit.UNKNOWN))
    (one,) = told["hosts"]
    assert (told["exit"], one["known"], one["rebooted"], one["seconds"]) == (1, False, True, 9.0)
    (left,) = json.loads(terminal.as_json([Looked(HOST)], [], Exit.OK))["hosts"]
    assert (left["known"], left["rebooted"], left["seconds"]) == (True, False, None)


def test_a_host_that_is_back_and_cannot_be_asked_is_told_as_rebooted() -> None:
    assert "rebooted in 9.0 s" in terminal.after(Rebooted(HOST, 9.0, error=LOCKED))
    assert "not seen to reboot" in terminal.after(Rebooted(HOST, error=LOCKED))


def test_a_subsystem_without_a_drain_needs_none() -> None:
    assert decide.drains([Desired("toy")]) == ()
