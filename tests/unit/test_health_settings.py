"""The hardware that an inventory names decides what is queried, what may be opened, and the rules."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from deploys.health.settings import HealthSettings, SnapshotAge
from deploys.health.state import desired
from deploys.prometheus.settings import PrometheusSettings
from deploys.rig import Machine, Rig
from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Pool, ZfsSettings
from deploys.zfs.snapshots import Replica, Snapshots
from rigwright.health import thresholds
from rigwright.settings.platform import Platform

ALWAYS = {
    *("HealthMetricsSilent", "HealthCollectorFails", "HardwareNotDeclared"),
    *("SensorTooHot", "SensorHot", "FanStopped", "MemoryErrorsUncorrected", "MemoryErrorsCorrected"),
    *("PcieErrorsFatal", "PcieErrors", "DriveGone", "DriveLogged"),
}
SERVICE = "/etc/systemd/system/rigwright-health.service"
TIMER = "/etc/systemd/system/rigwright-health.timer"


def wanted(**settings: Any) -> Any:
    return desired(HealthSettings(**settings), Platform("debian13"))


def unit(found: Any, path: str = SERVICE) -> str:
    (text,) = (file.content.decode() for file in found.files if file.path == path)
    return str(text)


def names(found: Any) -> set[str]:
    return {rule.name for rule in found.alerts}


def test_a_host_without_hardware_has_no_rule_tool_or_device_of_any() -> None:
    found = wanted()
    assert names(found) == ALWAYS
    assert found.packages == ("python3",)
    text = unit(found)
    assert "DeviceAllow" not in text
    assert "\nCapabilityBoundingSet=\n" in text
    assert "DevicePolicy=closed\n" in text
    assert not found.sockets
    assert not found.scrape_targets


@pytest.mark.parametrize(
    ("settings", "prefix", "packages", "devices", "capabilities"),
    [
        ({"gpus": 1}, "Gpu", (), {"char-nvidia* rw"}, ""),
        ({"nvme_drives": 1}, "Nvme", ("nvme-cli",), {"char-nvme r"}, "CAP_SYS_ADMIN"),
        ({"sata_disks": 1}, "Sata", ("smartmontools",), {"block-sd r"}, "CAP_SYS_RAWIO"),
        ({"pools": ["tank"]}, "Pool|Scrub", (), {"/dev/zfs rw"}, ""),
    ],
)
def test_each_kind_brings_its_rules_its_tool_and_its_devices_and_no_others(
    settings: dict[str, Any], prefix: str, packages: tuple[str, ...], devices: set[str], capabilities: str
) -> None:
    found = wanted(**settings)
    more = names(found) - ALWAYS - {"HardwareMissing"}
    assert more
    assert all(re.match(prefix, name) for name in more)
    assert set(found.packages) == {"python3", *packages}
    text = unit(found)
    assert set(re.findall(r"^DeviceAllow=(.*)$", text, re.MULTILINE)) == devices
    assert f"\nCapabilityBoundingSet={capabilities}\n" in text


def test_only_a_card_needs_to_see_the_modules_on_disk() -> None:
    assert "\nProtectKernelModules=yes\n" in unit(wanted(sata_disks=1))
    assert "\nProtectKernelModules=yes\n" not in unit(wanted(gpus=1))


def test_the_interval_and_the_limit_are_the_units() -> None:
    found = wanted(interval_seconds=60, limit_seconds=7, gpus=1)
    assert "OnUnitActiveSec=60s\n" in unit(found, TIMER)
    assert "collect.pyz 7 gpu\n" in unit(found)
    assert "TimeoutStartSec=27s\n" in unit(found)


def test_snapshots_and_replicas_are_reported_by_their_own_ages() -> None:
    found = wanted(
        pools=["tank", "backup"],
        snapshots=[
            SnapshotAge(dataset="tank/a", at_most_hours=2),
            SnapshotAge(dataset="backup/a", at_most_hours=30, replica=True),
        ],
    )
    rules = {rule.name: rule.expr for rule in found.alerts}
    assert 'timestamp_seconds{dataset="tank/a"} > 7200' in rules["SnapshotOld"]
    assert "backup" not in rules["SnapshotOld"]
    assert 'timestamp_seconds{dataset="backup/a"} > 108000' in rules["ReplicaOld"]
    assert " snapshots zfs\n" in unit(found)


def test_the_limits_of_the_rules_are_those_of_rig_health() -> None:
    rules = {rule.name: rule.expr for rule in wanted(nvme_drives=1, sata_disks=1, pools=["tank"]).alerts}
    assert rules["PoolFull"].endswith(f">= {thresholds.POOL_CAPACITY.critical:g}")
    assert rules["PoolFilling"].endswith(f">= {thresholds.POOL_CAPACITY.warning:g}")
    assert rules["NvmeWorn"].endswith(f">= {thresholds.NVME_USED.warning:g}")
    assert rules["SataHot"].endswith(f">= {thresholds.SATA_TEMPERATURE.warning:g}")
    assert rules["ScrubOverdue"].endswith(f">= {thresholds.SCRUB_AGE.warning:g}")
    assert rules["ScrubLongOverdue"].endswith(f">= {thresholds.SCRUB_AGE.critical:g}")
    assert rules["SataTooHot"].endswith(f">= {thresholds.SATA_TEMPERATURE.critical:g}")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"gpus": -1}, "greater than or equal to 0"),
        ({"interval_seconds": 5}, "greater than or equal to 10"),
        ({"interval_seconds": 10, "limit_seconds": 11}, "must not exceed interval_seconds"),
        ({"pools": ["a b"]}, "match pattern"),
        ({"pools": ['a"} or vector(1) #']}, "match pattern"),
        ({"pools": ["tank", "tank"]}, "named once"),
    ],
)
def test_what_cannot_be_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        HealthSettings(**settings)


@pytest.mark.parametrize("dataset", ["", "tank/", "tank/a@b", 'tank/a"', "tank/a{b}", "/tank"])
def test_a_name_that_is_no_dataset_is_refused(dataset: str) -> None:
    with pytest.raises(ValidationError):
        SnapshotAge(dataset=dataset)


def test_a_host_without_health_has_nothing_of_it() -> None:
    rig = Rig(machine=Machine(os="debian13"))
    assert rig.of("health") is None


DATA = Pool(name="data", disks=["nvme-A"])
BACKUP = Pool(name="backup", disks=["ata-C"])


def rig(health: HealthSettings, *pools: Pool, **zfs: Any) -> Rig:
    """A host on which ZFS keeps these pools, if any."""
    kept = ZfsSettings(arc_limit=2**30, pools=pools, **zfs) if pools else None
    return Rig(machine=Machine(os="debian13"), health=health, zfs=kept)


def test_pools_that_zfs_keeps_are_watched_beside_those_that_are_named() -> None:
    found = rig(HealthSettings(pools=["tank"]), DATA, BACKUP).of("health")
    assert found
    (missing,) = (rule.expr for rule in found.alerts if rule.name == "PoolMissing")
    assert re.findall(r'pool="(\w+)"', missing) == ["data", "backup", "tank"]
    assert " zfs\n" in unit(found)
    assert "DeviceAllow=/dev/zfs rw\n" in unit(found)


def test_a_pool_that_is_named_twice_is_refused_with_what_to_leave_out() -> None:
    with pytest.raises(ValidationError, match=r"data is in zfs\.pools.*leave it out of health\.pools"):
        rig(HealthSettings(pools=["data"]), DATA)


def test_snapshots_are_watched_in_pools_that_are_watched_whoever_names_them() -> None:
    settings = HealthSettings(snapshots=[SnapshotAge(dataset="data/a")])
    with pytest.raises(ValidationError, match="data/a lies in the pool data, which is not watched"):
        rig(settings)
    with pytest.raises(ValidationError, match="which is not watched"):
        rig(settings, BACKUP)
    assert rig(settings, DATA).of("health")
    assert rig(settings.model_copy(update={"pools": ("data",)})).of("health")


A = Dataset(name="data/a", snapshots=Snapshots())
B = Dataset(name="data/b", snapshots=Snapshots(hourly=0, remove_all=["hourly"]))
COPIES = Dataset(name="backup/copies")
COPY = Replica(source="data/a", target="backup/copies/a")


def ages(found: Any, alert: str) -> dict[str, int]:
    """Hours by dataset, as one rule has them."""
    expr = next((rule.expr for rule in found.alerts if rule.name == alert), "")
    pairs = re.findall(r'time\(\) - \w+\{dataset="([^"]+)"\} > (\d+)', expr)
    return {name: int(seconds) // 3600 for name, seconds in pairs}


def test_what_zfs_takes_and_copies_is_watched_by_how_often_it_does() -> None:
    found = rig(HealthSettings(), DATA, BACKUP, datasets=[A, B, COPIES], replicas=[COPY]).of("health")
    assert ages(found, "SnapshotOld") == {"data/a": 2, "data/b": 28}
    assert ages(found, "ReplicaOld") == {"backup/copies/a": 3}
    kept = {"datasets": [A, B, COPIES], "replicas": [COPY], "replicate_at": "*-*-* 03:15"}
    assert ages(rig(HealthSettings(), DATA, BACKUP, **kept).of("health"), "ReplicaOld") == {
        "backup/copies/a": 26
    }


def test_an_age_that_is_named_is_the_one_that_counts() -> None:
    settings = HealthSettings(snapshots=[SnapshotAge(dataset="data/a", at_most_hours=12)])
    assert ages(rig(settings, DATA, datasets=[A, B]).of("health"), "SnapshotOld") == {
        "data/a": 12,
        "data/b": 28,
    }


def test_a_pool_that_is_not_scrubbed_on_purpose_is_never_overdue() -> None:
    quiet = Pool(name="archive", disks=["ata-D"], scrub="never")
    found = rig(HealthSettings(pools=["tank", "old"], unscrubbed=["old"]), DATA, quiet).of("health")
    assert found
    overdue = {rule.name: rule.expr for rule in found.alerts if rule.name.startswith("Scrub")}
    assert set(overdue) == {"ScrubOverdue", "ScrubLongOverdue", "ScrubUnknown"}
    for expr in overdue.values():
        assert '{pool!="archive",pool!="old"}' in expr
    with pytest.raises(
        ValidationError, match=r"data is none of health\.pools.*scrub=\"never\" in zfs\.pools"
    ):
        rig(HealthSettings(unscrubbed=["data"]), DATA)


def test_a_pool_that_is_not_online_is_reported_on_a_host_that_watches_no_hardware() -> None:
    """By the node exporter, which every host with monitoring has."""
    found = Rig(machine=Machine(os="debian13"), prometheus=PrometheusSettings()).of("prometheus")
    assert found
    assert "PoolNotOnline" in names(found)
