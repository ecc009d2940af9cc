"""The metrics of hardware: the file that the node exporter reads, and the service that writes it."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from deploys.health.settings import HealthSettings
from rigwright.inventory.load import Host

FOLDER = "/var/lib/prometheus/node-exporter"
METRICS = f"{FOLDER}/rigwright_health.prom"
OF_KIND = {"gpu": "gpus", "nvme": "nvme_drives", "sata": "sata_disks"}


@pytest.fixture(scope="session")
def health(described: Host) -> HealthSettings:
    settings = getattr(described.rig, "health", None)
    if settings is None:
        pytest.skip("the inventory has no health for this host")
    found: HealthSettings = settings
    return found


@pytest.fixture(scope="session")
def pools(described: Host, health: HealthSettings) -> set[str]:
    """Those that the inventory names here, and those that it has ZFS keep."""
    zfs = getattr(described.rig, "zfs", None)
    return {*health.pools, *(pool.name for pool in (zfs.pools if zfs else ()))}


@pytest.fixture(scope="session")
def metrics(host: Any, health: HealthSettings) -> str:
    """The file as it is now. On a host that was just set up it is waited for, and not helped."""
    if not host.file(FOLDER).is_directory:
        pytest.skip("no program on this host reads metrics")
    age = f"echo $(($(date +%s) - $(stat -c %Y {METRICS} 2>/dev/null || echo 0)))"
    fresh = 2 * health.interval_seconds + health.limit_seconds + 30
    end = time.monotonic() + fresh
    while int(host.check_output(age)) > fresh:
        assert time.monotonic() < end, f"{METRICS} is not written any more"
        time.sleep(1)
    return str(host.file(METRICS).content_string)


def test_the_hardware_is_queried_by_a_timer_that_comes_back_after_a_boot(
    host: Any,
    health: HealthSettings,  # noqa: ARG001  every one has it
) -> None:
    timer = host.service("rigwright-health.timer")
    assert (timer.is_enabled, timer.is_running) == (True, True)


def test_the_service_has_few_rights(host: Any, health: HealthSettings) -> None:
    """The score of systemd-analyze goes from 0, safe, to 10."""
    shown = host.run("systemd-analyze security --no-pager rigwright-health.service").stdout
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", shown)
    assert score, shown
    assert float(score[1]) < 4
    properties = host.check_output(
        "systemctl show -p PrivateNetwork -p DevicePolicy -p DeviceAllow rigwright-health.service"
    )
    assert "PrivateNetwork=yes" in properties
    assert "DevicePolicy=closed" in properties
    for name, count in (
        ("nvme", health.nvme_drives),
        ("block-sd", health.sata_disks),
        ("nvidia", health.gpus),
    ):
        assert (name in properties) == bool(count)


def test_it_left_no_run_failed(host: Any, metrics: str) -> None:
    assert metrics
    assert not host.run("systemctl is-failed --quiet rigwright-health.service").succeeded


def test_prometheus_reads_the_file(host: Any, metrics: str) -> None:
    assert metrics.startswith("# HELP rigwright_")
    if not host.exists("promtool"):
        pytest.skip("this host has no promtool")
    done = host.run("promtool check metrics <%s", METRICS)
    assert (done.rc, done.stdout + done.stderr) == (0, "")
    file = host.file(METRICS)
    assert (file.user, file.mode) == ("root", 0o644)


def test_only_hardware_of_the_inventory_has_metrics(
    described: Host, health: HealthSettings, pools: set[str], metrics: str
) -> None:
    named = {kind: getattr(health, setting) for kind, setting in OF_KIND.items()}
    zfs = getattr(described.rig, "zfs", None)
    taken = [*health.snapshots, *(one for one in (zfs.datasets if zfs else ()) if one.snapshots)]
    for kind, declared in {**named, "zpool": pools, "zfs": taken}.items():
        if not declared:
            assert f"\nrigwright_{kind}_" not in metrics


def test_every_device_of_the_inventory_is_there_and_responds(
    host: Any, health: HealthSettings, pools: set[str], metrics: str
) -> None:
    """A container shows its own devices only, and it has none."""
    if host.run("systemd-detect-virt --container --quiet").rc == 0:
        pytest.skip("not applicable in a container, which has no devices of its own")
    for kind, setting in OF_KIND.items():
        assert f'rigwright_health_devices{{kind="{kind}"}} {getattr(health, setting)}\n' in metrics
    for pool in pools:
        assert f'rigwright_zpool_online{{pool="{pool}"}} ' in metrics
    for one in health.snapshots:
        assert f'rigwright_zfs_newest_snapshot_timestamp_seconds{{dataset="{one.dataset}"}} ' in metrics
    silent = re.findall(r'^rigwright_health_collector_up\{collector="(.*)"\} 0$', metrics, re.MULTILINE)
    assert silent == []
