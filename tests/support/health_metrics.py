"""The outputs of a host with cards, drives and pools, and the samples that they become."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rigwright.health import textfile
from tests.support.command import ROOT

FIXTURES = ROOT / "tests" / "facts" / "fixtures"
NOW = 1795840000.0
SAMPLE = re.compile(r'^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)$')
ALL = frozenset({"gpu", "nvme", "sata", "zfs", "snapshots"})


def out(name: str, code: int = 0) -> dict[str, object]:
    return {"code": code, "out": (FIXTURES / name).read_text(), "err": "", "at": NOW}


GPUS = {
    "gpu": out("nvidia-smi-580-rtx5090-l40s.xml"),
    "xid": out("journal-xid.json"),
    "driver": {"code": 0, "out": "580.95.05\n", "err": ""},
    "library": {"code": 0, "out": "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.580.95.05\n", "err": ""},
}
H100 = {"gpu": out("nvidia-smi-580.159-captured-h100.xml")}
HOT = {**GPUS, "gpu": out("nvidia-smi-595-rtx5090-hot.xml")}
DRIVES = {
    "nvme nvme0": out("nvme-2.8-smart-log.json"),
    "nvme-id nvme0": out("nvme-id-ctrl.json"),
    "nvme-test nvme0": out("nvme-2.8-self-test-log.json"),
    "nvme-errors nvme0": out("nvme-2.8-error-log.json"),
    "smart sda": out("smartctl-7.3-sata-hdd-failing.json", 216),
    "smart sdb": out("smartctl-7.2-sata-ssd.json"),
}
POOLS = {
    "zpool-status": out("zpool-2.3-status.json"),
    "zpool-list": out("zpool-2.3-list.json"),
    "zpool-created": {"code": 0, "out": "tank\t1700000000\nmedia\t1780000000\n", "err": "", "at": NOW},
    "snapshots": out("zfs-list-snapshots.txt"),
}


def seen(outputs: Mapping[str, Any], **more: object) -> dict[str, Any]:
    """A host with two cards, one NVMe drive, two disks and pools."""
    return {
        "gpus": ["0000:01:00.0", "0000:41:00.0"],
        "disks": [
            {"name": "nvme0", "bus": "nvme"},
            {"name": "sda", "bus": "sata"},
            {"name": "sdb", "bus": "sata"},
            {"name": "vda", "bus": "virtual"},
        ],
        "zfs": True,
        "now_seconds": NOW,
        "reboot": {"driver_loaded": "580.95.05\n", "running": "6.12.48+deb13-amd64", "images": []},
        "outputs": dict(outputs),
        **more,
    }


def samples(snapshot: textfile.Snapshot) -> dict[str, float]:
    """The samples; each line is one as Prometheus's format has it, and no two have the same labels."""
    found: dict[str, float] = {}
    for line in snapshot.text.split("\n"):  # Prometheus knows no other end of a line
        if not line or line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        assert match, line
        name = f"{match[1]}{{{match[2]}}}" if match[2] else match[1]
        assert name not in found
        found[name] = float(match[3])
    return found


def exposed(outputs: Mapping[str, Any], kinds: frozenset[str] = ALL, **more: object) -> dict[str, float]:
    return samples(textfile.snapshot(seen(outputs, **more), kinds, {}))


BOARD = {
    "sensors": out("board-sensors-fan.txt"),
    "ecc": out("board-ecc-uncorrected.txt"),
    "pcie": out("board-pcie-lost.txt"),
    "drive-log": out("journal-drives.json"),
}
"""What the board and its buses report."""
HOT_BOARD = {"sensors": out("board-sensors-too-hot.txt"), "pcie": out("board-pcie-fatal.txt")}
EVERYTHING = {**GPUS, **DRIVES, **POOLS, **BOARD}
