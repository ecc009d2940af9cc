"""A host as ``rigwright/host/health.py`` surveys it, and the rows of its report."""

from __future__ import annotations

import json
from typing import Any

from rigwright.health.check import Verdict
from rigwright.health.survey import checks
from rigwright.remote.ssh import Done
from tests.support.command import ROOT

FIXTURES = ROOT / "tests" / "facts" / "fixtures"
OK, NONE, WARNING = Verdict.OK, Verdict.NONE, Verdict.WARNING
CRITICAL, UNKNOWN = Verdict.CRITICAL, Verdict.UNKNOWN
HOUR, DAY = 3600.0, 86400.0


def fixture(name: str) -> str:
    return (FIXTURES / name).read_text()


def seen(**more: Any) -> dict[str, Any]:
    """The survey of a small healthy host without GPU and drives."""
    outputs = {
        "system": {"code": 0, "out": "running\n", "err": ""},
        "units": {"code": 0, "out": "", "err": ""},
        "mount /": {"code": 0, "out": "4096 1000 500 500 100 90\n", "err": ""},
    }
    found: dict[str, Any] = {
        "mounts": [{"path": "/", "kind": "ext4"}],
        "gpus": [],
        "disks": [],
        "zfs": False,
        "now_seconds": 1795240900.0,
        "meminfo": "MemTotal:  1000 kB\nMemAvailable:  500 kB\n",
        "arc": None,
        "reboot": {"required": False, "packages": "", "running": "6.1.0-9-amd64", "images": []},
        **more,
    }
    return {**found, "outputs": {**outputs, **more.get("outputs", {})}}


def rows(found: dict[str, Any]) -> dict[str, tuple[Verdict, str]]:
    rows = checks(Done(0, json.dumps(found), ""), "host")
    return {f"{row.area} {row.where}": (row.verdict, row.summary) for row in rows}


def output(out: str, code: int = 0, err: str = "") -> dict[str, object]:
    return {"code": code, "out": out, "err": err}
