"""``rig health`` and the alerts share one verdict: every recorded output has the same severity in both."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rigwright.health import textfile
from rigwright.health.check import Verdict
from rigwright.health.survey import judged
from tests.alerts.promtool import rule_files
from tests.support import health, promtool
from tests.support.recorded import FOLDER, case_host, device_host

RULES = ("rigwright-health.yml", "rigwright-prometheus.yml")
AREAS = ("gpu", "nvme", "sata", "zfs", "ecc", "log", "sensors", "pcie")
NOT_OF_ONE_DEVICE = "Hardware(Missing|NotDeclared)|HealthMetricsSilent|PoolMissing|Snapshot.*|Replica.*"
"""Of what the inventory names, which no output of a tool shows."""
UNKNOWN_ALERT = "HealthCollectorFails"
AT_SECONDS = 70 * 60
"""Longer than any rule waits."""
NODE_POOL = 'node_zfs_zpool_state{{instance="h",job="node",zpool="{}",state="{}"}}'
ZED = 'node_systemd_unit_state{instance="h",job="node",name="zfs-zed.service",state="active"}'
ALERTS = f'ALERTS{{alertstate="firing",alertname!~"{NOT_OF_ONE_DEVICE}",%s}}'
QUERIES = {
    "critical": ALERTS % 'severity="critical"',
    "warning": ALERTS % f'severity="warning",alertname!="{UNKNOWN_ALERT}"',
    "unknown": ALERTS % f'alertname="{UNKNOWN_ALERT}"',
}


def fixtures() -> list[Path]:
    """Every recorded output of a tool about its devices."""
    names = ("nvidia-smi*", "nvme-*-log*", "smartctl*", "zpool-*status*", "journal-*", "board-*")
    found = {path for name in names for path in health.FIXTURES.glob(name)}
    return sorted({*found, *FOLDER.iterdir()})


def host(path: Path) -> dict[str, Any]:
    if path.parent == FOLDER:
        return case_host(path.name)
    return {**health.seen(), **device_host(path)}


def severities(seen: Mapping[str, object]) -> dict[str, bool]:
    """Which severities the verdicts have."""
    found = {check.verdict for check in judged(seen) if check.area in AREAS}
    return {one.value: one in found for one in (Verdict.CRITICAL, Verdict.WARNING, Verdict.UNKNOWN)}


def exposed(seen: Mapping[str, object]) -> str:
    return textfile.snapshot(seen, textfile.kinds_of(seen), {}).text


def series(seen: Mapping[str, Any]) -> dict[str, str]:
    """The metrics as Prometheus has them, at a time of its tests, which begin in 1970."""
    shift = seen["now_seconds"] - AT_SECONDS
    found = {ZED: "1+0x40"} if seen.get("zfs") else {}
    for status in re.findall(r'rigwright_zpool_state_info{pool="(.*)",state="(.*)"} 1', exposed(seen)):
        found[NODE_POOL.format(status[0], status[1].lower())] = "1+0x40"
    for line in exposed(seen).split("\n"):
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            metric, _, labels = name.partition("{")
            number = float(value) - (shift if metric.endswith("timestamp_seconds") else 0)
            if "collector_timestamp" in metric or metric == "rigwright_health_timestamp_seconds":
                continue
            own = f",{labels}" if labels else "}"
            found[f'{metric}{{instance="h",job="node"{own}'] = f"{number!r}+0x40"
    return found


def asked(seen: Mapping[str, Any]) -> dict[str, object]:
    """What promtool is to find: for each severity, whether an alert of it fires."""
    expected = severities(seen)
    queries = {key: one for key, one in QUERIES.items() if expected["critical"] <= (key == "critical")}
    return {
        "interval": "2m",
        "input_series": [{"series": name, "values": values} for name, values in series(seen).items()],
        "promql_expr_test": [
            {
                "expr": f"clamp_max(count({query}) or vector(0), 1)",
                "eval_time": f"{AT_SECONDS}s",
                "exp_samples": [{"labels": "{}", "value": int(expected[key])}],
            }
            for key, query in queries.items()
        ],
    }


@pytest.mark.parametrize("path", fixtures(), ids=lambda path: path.name)
def test_the_alerts_have_the_severity_of_the_verdict(path: Path, tmp_path: Path) -> None:
    files = {name: text for name, text in rule_files().items() if name in RULES}
    tests = {"rule_files": sorted(files), "evaluation_interval": "2m", "tests": [asked(host(path))]}
    done = promtool.run(tmp_path, {"tests.yml": json.dumps(tests)}, files)
    verdicts = [one for one in judged(host(path)) if one.area in AREAS and one.verdict is not Verdict.NONE]
    assert done.returncode == 0, f"{verdicts}\n{done.stdout}{done.stderr}"
