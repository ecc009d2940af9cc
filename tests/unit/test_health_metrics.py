"""What the hardware reports becomes metrics: a value is a sample, an absence none, an error its own."""

from __future__ import annotations

import re

import pytest

from rigwright.health import textfile
from tests.support.health_metrics import (
    DRIVES,
    EVERYTHING,
    GPUS,
    NOW,
    POOLS,
    exposed,
    out,
    samples,
    seen,
)


def test_a_healthy_run_exposes_every_collector_and_its_time() -> None:
    found = exposed(EVERYTHING)
    names = ("gpu", "xid", "nvme nvme0", "sata sda", "sata sdb", "zpool", "snapshots")
    for name in names:
        assert found[f'rigwright_health_collector_up{{collector="{name}"}}'] == 1
        assert found[f'rigwright_health_collector_timestamp_seconds{{collector="{name}"}}'] == NOW
    assert found["rigwright_health_timestamp_seconds"] == NOW
    assert [found[f'rigwright_health_devices{{kind="{kind}"}}'] for kind in ("gpu", "nvme", "sata")] == [
        2,
        1,
        2,
    ]


def test_cards_expose_what_they_have_and_nothing_that_they_lack() -> None:
    found = exposed(GPUS, frozenset({"gpu"}))
    geforce, centre = 'gpu="0000:01:00.0"', 'gpu="0000:41:00.0"'
    assert f"rigwright_gpu_uncorrected_ecc_errors_total{{{geforce}}}" not in found
    assert found[f"rigwright_gpu_uncorrected_ecc_errors_total{{{centre}}}"] == 1
    assert found[f"rigwright_gpu_row_remap_pending{{{centre}}}"] == 1
    assert found[f"rigwright_gpu_recovery_needed{{{geforce}}}"] == 0
    assert found[f'rigwright_gpu_info{{{geforce},name="NVIDIA GeForce RTX 5090",driver="580.95.05"}}'] == 1
    assert (found["rigwright_gpu_lost"], found["rigwright_gpu_driver_mismatch"]) == (0, 0)


def test_a_real_card_exposes_its_margin() -> None:
    outputs = {**GPUS, "gpu": out("nvidia-smi-580.159-captured-h100.xml")}
    found = exposed(outputs, frozenset({"gpu"}), gpus=["0000:00:06.0"])
    card = '{gpu="0000:00:06.0"}'
    assert found[f"rigwright_gpu_temperature_margin_celsius{card}"] == 46
    assert found[f"rigwright_gpu_power_limit_watts{card}"] == 700
    assert not [name for name in found if name.startswith("rigwright_health_field_error")]


def test_a_card_that_does_not_respond_beside_one_that_does_is_lost() -> None:
    outputs = {**GPUS, "gpu": out("nvidia-smi-570-rtx5090-idle.xml")}
    assert exposed(outputs, frozenset({"gpu"}))["rigwright_gpu_lost"] == 1


@pytest.mark.parametrize(
    ("name", "lost", "mismatch"),
    [
        ("nvidia-smi-lost.txt", 1, None),
        ("nvidia-smi-no-driver.txt", 1, None),
        ("nvidia-smi-mismatch.txt", None, 1),
    ],
)
def test_a_message_of_the_driver_is_a_lost_card_or_a_mismatch(
    name: str, lost: int | None, mismatch: int | None
) -> None:
    found = exposed({**GPUS, "gpu": out(name, 9)}, frozenset({"gpu"}))
    assert found['rigwright_health_collector_up{collector="gpu"}'] == 0
    assert (found.get("rigwright_gpu_lost"), found.get("rigwright_gpu_driver_mismatch")) == (lost, mismatch)


@pytest.mark.parametrize(
    ("place", "text"),
    [("driver", "580.126.09\n"), ("library", "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.580.126.09\n")],
)
def test_a_module_on_disk_or_a_library_that_is_not_what_runs_is_a_mismatch(place: str, text: str) -> None:
    """Whether the card responds yet or not."""
    outputs = {**GPUS, place: {"code": 0, "out": text, "err": ""}}
    assert exposed(outputs, frozenset({"gpu"}))["rigwright_gpu_driver_mismatch"] == 1
    silent = {**outputs, "gpu": {"error": "nvidia-smi: no output within 10 s", "at": NOW}}
    assert exposed(silent, frozenset({"gpu"}))["rigwright_gpu_driver_mismatch"] == 1


def test_fields_that_the_driver_cannot_read_are_errors_and_no_zeros() -> None:
    found = exposed({**GPUS, "gpu": out("nvidia-smi-595-errors.xml")}, frozenset({"gpu"}))
    broken = [name for name in found if name.startswith("rigwright_health_field_error")]
    assert broken
    for name in broken:
        metric = re.search(r'metric="([a-z_]+)"', name)
        assert metric
        assert not [other for other in found if other.startswith(f"{metric[1]}{{")]


def test_xid_errors_stand_by_card_and_code_with_their_last_time() -> None:
    line = '{"MESSAGE": "NVRM: Xid (PCI:0000:01:00): 79, pid=1, GPU has fallen off the bus.", '
    line += '"__REALTIME_TIMESTAMP": "%d000000"}\n'
    outputs = {**GPUS, "xid": {"code": 0, "out": line % 1000 + line % 3000 + line % 2000, "err": ""}}
    found = exposed(outputs, frozenset({"gpu"}))
    assert found['rigwright_gpu_xid_last_timestamp_seconds{gpu="0000:01:00.0",xid="79"}'] == 3000


def test_drives_expose_their_own_verdicts() -> None:
    found = exposed(DRIVES, frozenset({"nvme", "sata"}))
    assert found['rigwright_nvme_critical_warning{device="nvme0"}'] == 0
    assert found['rigwright_sata_passed{device="sda"}'] == 0
    assert found['rigwright_sata_passed{device="sdb"}'] == 1
    assert found['rigwright_sata_attributes_failing{device="sda"}'] >= 1


def test_a_failing_drive_warns_by_its_bits() -> None:
    outputs = {**DRIVES, "nvme nvme0": out("nvme-2.13-smart-log-verbose-failing.json")}
    assert exposed(outputs, frozenset({"nvme"}))['rigwright_nvme_critical_warning{device="nvme0"}'] > 0


HANGS = {"error": "nvme: no output within 10 s", "at": NOW}


def test_a_drive_that_hangs_is_a_failed_collector_and_hides_no_other() -> None:
    before = {"nvme nvme0": 1795830000.0}
    snapshot = textfile.snapshot(seen({**DRIVES, "nvme nvme0": HANGS}), frozenset({"nvme", "sata"}), before)
    found = samples(snapshot)
    assert found['rigwright_health_collector_up{collector="nvme nvme0"}'] == 0
    assert found['rigwright_health_collector_timestamp_seconds{collector="nvme nvme0"}'] == 1795830000.0
    assert not [name for name in found if name.startswith("rigwright_nvme")]
    assert found['rigwright_health_collector_up{collector="sata sda"}'] == 1
    assert snapshot.succeeded["nvme nvme0"] == 1795830000.0


@pytest.mark.parametrize(
    "result", [{"missing": True}, {"code": 1, "out": "", "err": "no"}, {}, {"code": "x"}]
)
def test_a_collector_that_never_succeeded_has_no_time(result: dict[str, object]) -> None:
    names = ("gpu", "xid", "nvme nvme0", "smart sda", "smart sdb", "zpool-status", "zpool-list", "snapshots")
    found = exposed(dict.fromkeys(names, result))
    up = {name for name in found if name.startswith("rigwright_health_collector_up")}
    assert len(up) == 7
    assert {found[name] for name in up} == {0}
    assert not [name for name in found if "collector_timestamp" in name]


def test_a_disk_that_sleeps_is_asleep_and_neither_well_nor_broken() -> None:
    sleeps = {"code": 3, "out": '{"smartctl": {"exit_status": 3}}', "err": ""}
    found = exposed({**DRIVES, "smart sda": sleeps}, frozenset({"sata"}))
    assert found['rigwright_sata_asleep{device="sda"}'] == 1
    assert found['rigwright_health_collector_up{collector="sata sda"}'] == 1
    assert 'rigwright_sata_passed{device="sda"}' not in found
    assert found['rigwright_sata_asleep{device="sdb"}'] == 0


def test_pools_expose_their_states_devices_and_errors() -> None:
    found = exposed(POOLS, frozenset({"zfs", "snapshots"}))
    assert found['rigwright_zpool_online{pool="tank"}'] == 0
    assert found['rigwright_zpool_state_info{pool="tank",state="DEGRADED"}'] == 1
    assert found['rigwright_zpool_device_online{pool="tank",device="nvme-two"}'] == 0
    assert found['rigwright_zpool_device_errors{pool="tank",device="nvme-one",kind="checksum"}'] == 1536
    assert found['rigwright_zpool_capacity_ratio{pool="media"}'] == 0.94
    assert 'rigwright_zpool_scan_ended_timestamp_seconds{pool="media"}' not in found
    assert found['rigwright_zpool_checked_timestamp_seconds{pool="media"}'] == 1780000000
    assert found['rigwright_zpool_checked_timestamp_seconds{pool="tank"}'] > 1780000000
    assert found['rigwright_zfs_newest_snapshot_timestamp_seconds{dataset="tank/media"}'] == 1795838400
    assert found['rigwright_zfs_snapshots{dataset="tank/media"}'] == 3


def test_zfs_that_is_declared_and_not_loaded_is_a_collector_that_fails() -> None:
    found = exposed({}, frozenset({"zfs"}), zfs=False)
    assert found['rigwright_health_collector_up{collector="zpool"}'] == 0


def test_undeclared_devices_are_counted_and_not_queried() -> None:
    found = exposed({**GPUS, **DRIVES, **POOLS}, frozenset())
    assert {name.partition("{")[0] for name in found} == {
        "rigwright_health_devices",
        "rigwright_health_timestamp_seconds",
    }


def test_an_output_from_before_is_as_old_as_it_is() -> None:
    old = {**out("smartctl-7.2-sata-ssd.json"), "at": NOW - 240}
    found = exposed({**DRIVES, "smart sdb": old}, frozenset({"sata"}))
    assert found['rigwright_health_collector_timestamp_seconds{collector="sata sdb"}'] == NOW - 240
