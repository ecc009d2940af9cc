"""Whether a reboot is needed, what blocks it, what is drained before it, and how the host is afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deploys.docker.settings import DockerSettings
from deploys.nginx.settings import NginxSettings
from deploys.postgres.settings import Pooler, PostgresSettings
from deploys.rig import Machine, Rig
from inventories.scenarios import everything
from rigwright.desired import Desired, Drain
from rigwright.health import devices
from rigwright.health.check import Check, Verdict
from rigwright.inventory.load import Host
from rigwright.reboot import decide
from rigwright.reboot.decide import Blockers, Kernels
from rigwright.remote import commands
from rigwright.remote.ssh import SILENCE_SECONDS

QUIET = Blockers(boot="a", system="running")
HOST = Host("web", Rig(machine=Machine(os="debian13"), nginx=NginxSettings()), {"ssh_hostname": "192.0.2.1"})
WAITS = Check("reboot", "reboot", Verdict.WARNING, "kernel 6.2 waits, 6.1 runs")


def objections(now: Blockers, kernels: Kernels = Kernels(), *resilvering: str) -> list[str]:  # noqa: B008  frozen
    return [str(one) for one in decide.objections("web", now, kernels, resilvering)]


def test_a_quiet_host_may_be_rebooted() -> None:
    assert objections(QUIET, Kernels("6.1", "6.2")) == []


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (replace(QUIET, system="stopping"), "it is shutting down already"),
        (
            replace(QUIET, holders=("rigwright: apply nginx by ada@desk",)),
            "by rigwright: apply nginx by ada@desk",
        ),
        (replace(QUIET, changes={"ssh": "probed"}), "a change of ssh waits for its confirmation"),
        (replace(QUIET, changes={"nginx": "armed"}), "a change of nginx was interrupted (state: armed)"),
        (replace(QUIET, dpkg_users=("apt-get (7)",)), "packages are being installed by apt-get (7)"),
        (replace(QUIET, unfinished=("zfs-dkms",)), "packages are half-installed: zfs-dkms"),
        (replace(QUIET, inhibitors=(("ada", "a copy"),)), "ada inhibits a reboot: a copy"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_blocks_a_reboot_names_the_host_and_the_next_step(now: Blockers, words: str) -> None:
    (one,) = objections(now)
    assert one.startswith("web: ")
    assert words in one
    assert "\n  next: " in one


def test_a_change_under_way_is_one_objection() -> None:
    (one,) = objections(
        replace(QUIET, holders=("rigwright: apply nginx by ada@desk",), changes={"nginx": "armed"})
    )
    assert "locked" in one


def test_a_new_kernel_without_initrd_is_not_booted() -> None:
    old = replace(QUIET, initrds=("initrd.img-6.1",))
    (one,) = objections(old, Kernels("6.1", "6.2"))
    assert "kernel 6.2 has no initrd" in one
    assert objections(replace(old, initrds=("initrd.img-6.1", "initrd.img-6.2")), Kernels("6.1", "6.2")) == []
    assert objections(QUIET, Kernels("6.1", "6.2")) == [], "kernels of this host need none"


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
    assert len(objections(QUIET, Kernels(), *found)) == len(pools)


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


def test_the_host_prints_the_line_that_the_operators_machine_expects() -> None:
    assert f"echo '{commands.REBOOT_ORDERED}'" in commands.REBOOT


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


def test_a_unit_that_had_failed_before_the_reboot_is_marked() -> None:
    checks = [Check("units", one, Verdict.CRITICAL, "failed") for one in ("new.service", "old.service")]
    found = decide.units("web", {"old.service", "fixed.service"}, checks)
    assert [one.summary for one in found] == [
        "new.service: failed",
        "old.service: failed before the reboot, too",
    ]


def test_a_host_that_needs_another_reboot_is_a_finding() -> None:
    assert decide.still_needed("web", [Check("reboot", "reboot", Verdict.OK, "not required")]) == []
    (one,) = decide.still_needed("web", [WAITS])
    assert one.summary == "after the reboot: reboot: kernel 6.2 waits, 6.1 runs"


@pytest.mark.parametrize(("system", "count"), [("starting", 1), ("running", 0), ("degraded", 0)])
def test_what_has_not_started_in_time_is_a_finding(system: str, count: int) -> None:
    assert len(decide.unfinished("web", system)) == count


def test_a_subsystem_without_a_drain_needs_none() -> None:
    assert decide.drains([Desired("toy")]) == ()
