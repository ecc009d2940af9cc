"""Hosts of the cases and fixtures of ``tests/facts``: each with one device that prints one file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support import health, health_metrics

FOLDER = health.FIXTURES / "cases"
CASES = tuple(sorted(path.name for path in FOLDER.iterdir()))


def case_host(name: str) -> dict[str, Any]:
    """A healthy host but for the device that prints this file."""
    return {**health.seen(), **device_host(FOLDER / name)}


def device_host(path: Path) -> dict[str, Any]:
    """What a host has more for the device that prints this file, by the file's name."""
    text = path.read_text()
    return next(made(path.stem, text) for start, made in DEVICES.items() if path.name.startswith(start))


def _cards(_: str, text: str) -> dict[str, Any]:
    return _with({"gpu": text, "xid": ""}, gpus=["0000:01:00.0"])


def _xids(_: str, text: str) -> dict[str, Any]:
    card = (health.FIXTURES / "nvidia-smi-570-rtx5090-idle.xml").read_text()
    return _with({"gpu": card, "xid": text}, gpus=["0000:01:00.0"])


def _nvme(stem: str, text: str) -> dict[str, Any]:
    """A drive by its SMART log, or a healthy one with another log."""
    outputs = {"nvme nvme0": text}
    if stem.endswith(("self-test-log", "error-log")):
        log = (health.FIXTURES / "nvme-2.8-smart-log.json").read_text()
        outputs = {"nvme nvme0": log, f"nvme-{'test' if 'self' in stem else 'errors'} nvme0": text}
    return _with(outputs, disks=[{"name": "nvme0", "bus": "nvme"}])


def _disk(_: str, text: str) -> dict[str, Any]:
    return _with({"smart sda": text}, disks=[{"name": "sda", "bus": "sata"}])


def _pools(_: str, text: str) -> dict[str, Any]:
    return _with(_pool(text), zfs=True)


def _drive_log(_: str, text: str) -> dict[str, Any]:
    return _with({"drive-log": text})


def _board(stem: str, text: str) -> dict[str, Any]:
    return _with({stem.split("-")[1]: text})


def _pool(text: str) -> dict[str, str]:
    """The other outputs of a host with the pools of this status; each half full and a year old."""
    names = re.findall(r"(?m)^\s*pool: (.+)$", text)
    names = names or list(dict.fromkeys(re.findall(r'"name"\s*:\s*"([^"]+)"', text)))[:1]
    made = health.seen()["now_seconds"] - 365 * health.DAY
    return {
        "zpool-status": text,
        "zpool-list": "".join(f"{name}\t1000\t500\t500\t1\t50\tONLINE\n" for name in names),
        "zpool-created": "".join(f"{name}\t{made:.0f}\n" for name in names),
        "zed": "active\n",
    }


def _with(outputs: dict[str, str], **more: Any) -> dict[str, Any]:
    printed = {name: health.output(text) for name, text in outputs.items()}
    return {**more, "outputs": {**health.seen()["outputs"], **printed}}


def fixture_host() -> dict[str, Any]:
    """A host with devices of every kind."""
    return health.seen(**health_metrics.seen(health_metrics.EVERYTHING))


DEVICES: dict[str, Callable[[str, str], dict[str, Any]]] = {
    **dict.fromkeys(("gpu", "nvidia"), _cards),
    "journal-drive": _drive_log,
    **dict.fromkeys(("xid", "journal"), _xids),
    "board": _board,
    "nvme": _nvme,
    "zpool": _pools,
    "": _disk,
}
"""By how the names of files begin."""
