"""The cases of all rules as one file for ``promtool test rules``: one call checks every rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache

import yaml

from deploys.rig import Machine, Rig
from inventories.scenarios import everything, zfs
from rigwright.desired import AlertRule
from rigwright.settings.platform import Os
from tests.alerts.case import Case, Measured
from tests.alerts.cases import cases
from tests.alerts.edges import EDGES
from tests.alerts.first import FIRST_SECONDS
from tests.golden.backup_scenario import in_two_places

FOLDER = "/etc/prometheus/rules.d/"
INTERVAL_SECONDS = 30


@cache
def rig(system: Os = "debian13") -> Rig:
    """The whole host with every rule at its own time, and runbooks where the repository has them."""
    whole = everything(system)
    assert whole.prometheus
    settings = whole.prometheus.model_copy(
        update={"longest_wait_seconds": None, "runbooks": "docs/runbooks", "drift_check": True}
    )
    others = {
        name: getattr(whole, name) for name in Rig.model_fields if name not in ("machine", "prometheus")
    }
    others["backup"] = in_two_places()  # no host of the lab has a disk of its own for it
    others["zfs"] = zfs.everything(system)  # no container of the lab can have it, and its rules are rules
    return Rig(machine=Machine(os=system), **others, prometheus=settings)


def rules(system: Os = "debian13") -> dict[str, AlertRule]:
    """Every rule of every subsystem, by its name."""
    return {rule.name: rule for one in rig(system).desired() for rule in one.alerts}


def rule_files(system: Os = "debian13") -> dict[str, str]:
    """The rule files of that host, by name."""
    wanted = rig(system).of("prometheus")
    assert wanted
    return {
        file.path.removeprefix(FOLDER): file.content.decode()
        for file in wanted.files
        if file.path.startswith(FOLDER)
    }


def alone(files: Mapping[str, str]) -> dict[str, str]:
    """Each alert in a rule file of its own, by the alert's name; JSON is YAML too."""
    groups = [group for text in files.values() for group in yaml.safe_load(text)["groups"]]
    return {
        rule["alert"]: json.dumps({"groups": [{"name": "alone", "rules": [rule]}]})
        for group in groups
        for rule in group["rules"]
        if "alert" in rule
    }


def whole(alert: str, file: str, system: Os = "debian13") -> str:
    """The tests of one rule, which stands alone in a file: its cases, when it first fires, and its limits."""
    own = [one for one in cases() if one.alert == alert]
    first = next(one for one in own if one.fires)
    after = FIRST_SECONDS[alert]
    moments = [_fires(first.measured, alert, after, 1)]
    moments += [_fires(first.measured, alert, after - INTERVAL_SECONDS, 0)] if after else []
    for one in (edge for edge in EDGES if edge.alert == alert):
        moments += [_fires(one.fires, alert, one.at_seconds, 1), _fires(one.quiet, alert, one.at_seconds, 0)]
    written = json.loads(unit_tests(own, [file], system))
    return json.dumps({**written, "tests": [*written["tests"], *moments]})


def _fires(measured: Measured, alert: str, at_seconds: int, count: int) -> dict[str, object]:
    """Whether the alert fires then."""
    firing = f'ALERTS{{alertstate="firing",alertname="{alert}"}}'
    return {
        "interval": f"{INTERVAL_SECONDS}s",
        "input_series": [{"series": name, "values": values} for name, values in measured.items()],
        "promql_expr_test": [
            {
                "expr": f"clamp_max(count({firing}) or vector(0), 1)",
                "eval_time": f"{at_seconds}s",
                "exp_samples": [{"labels": "{}", "value": count}],
            }
        ],
    }


def unit_tests(cases: Iterable[Case], files: Iterable[str], system: Os = "debian13") -> str:
    """The file for promtool, about the rules that this system has: JSON is YAML too."""
    known = rules(system)
    return json.dumps(
        {
            "rule_files": sorted(files),
            "evaluation_interval": "30s",
            "tests": [_test(case, known[case.alert]) for case in cases if case.alert in known],
        },
        indent=1,
    )


def _test(case: Case, rule: AlertRule) -> dict[str, object]:
    expected = [] if case.fires is None else [_expected(case, rule)]
    return {
        "interval": "30s",
        "input_series": [{"series": name, "values": values} for name, values in case.measured.items()],
        "alert_rule_test": [{"eval_time": case.at, "alertname": case.alert, "exp_alerts": expected}],
    }


def _expected(case: Case, rule: AlertRule) -> dict[str, object]:
    assert case.fires
    return {
        "exp_labels": {**case.fires.labels, "severity": rule.severity},
        "exp_annotations": {
            "summary": case.fires.summary,
            "description": case.fires.description,
            "runbook": f"docs/runbooks/{rule.runbook}.md",
        },
    }
