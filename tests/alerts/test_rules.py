"""Every rule has its cases and its page, and is in use; promtool judges the cases on a lab host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.alerts.cases import cases
from tests.alerts.promtool import alone, rule_files, rules, whole
from tests.support import promtool
from tests.support.pages import ROOT

RUNBOOKS = ROOT / "docs" / "runbooks"
ALWAYS_FIRES = {"Watchdog"}


@pytest.mark.parametrize("name", rules())
def test_a_rule_has_a_case_that_fires_and_one_that_is_quiet(name: str) -> None:
    """But for the dead-man's switch, which must never be quiet."""
    fires = {case.fires is not None for case in cases() if case.alert == name}
    assert fires == ({True} if name in ALWAYS_FIRES else {True, False})


def test_every_case_is_about_a_rule_that_there_is() -> None:
    assert {case.alert for case in cases()} == set(rules())


def test_every_rule_has_its_runbook_page_and_every_page_its_rule() -> None:
    """A page without one is for what no rule can measure, such as that no login works any more."""
    pages = {
        page.stem
        for page in RUNBOOKS.glob("*.md")
        if re.search(r"^Alerts?: ", page.read_text(), re.MULTILINE)
    }
    assert pages == {rule.runbook for rule in rules().values()}


def test_a_runbook_page_names_its_alerts_and_what_to_do() -> None:
    for page in sorted({rule.runbook for rule in rules().values()}):
        text = (RUNBOOKS / f"{page}.md").read_text()
        for heading in ("## Meaning", "## Diagnosis", "## Mitigation"):
            assert heading in text, f"{page}.md lacks {heading}"
        named = set(re.findall(r"^Alerts?: (.*)$", text, re.MULTILINE)[0].replace("`", "").split(", "))
        assert named == {rule.name for rule in rules().values() if rule.runbook == page}, page


def test_the_index_names_the_page_and_the_severity_of_every_rule() -> None:
    index = (RUNBOOKS / "README.md").read_text()
    for rule in rules().values():
        line = f"| `{rule.name}` | {rule.severity} | [{rule.runbook}]({rule.runbook}.md) |"
        assert line in index, line


def test_what_a_rule_silences_is_a_warning_that_there_is() -> None:
    known = rules()
    for rule in known.values():
        for name in rule.inhibits:
            assert known[name].severity == "warning"
            assert rule.severity == "critical"


def test_no_rule_compares_a_sum_of_rates_with_a_share() -> None:
    """``rate(errors) > 0.05`` is errors per second: a share is a ratio."""
    for rule in rules().values():
        if re.search(r"rate\(.*(error|fail)", rule.expr):
            assert "/" in rule.expr or "increase(" in rule.expr or rule.expr.endswith("> 0"), rule.name


def test_promtool_agrees_with_every_case(tmp_path: Path) -> None:
    """Each rule by itself, which is ten times faster than all of them for every case."""
    files = {f"{name}.yml": text for name, text in alone(rule_files()).items()}
    tests = {f"test-{name}.yml": whole(name, f"{name}.yml") for name in rules()}
    done = promtool.run(tmp_path, tests, files)
    assert done.returncode == 0, done.stdout + done.stderr
