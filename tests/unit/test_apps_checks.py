"""Checks before a release: what tools print is read, and a failure names what to do."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploys.apps.checks import Checks
from deploys.apps.describe import described
from deploys.apps.on_host import check_readers as readers
from deploys.apps.on_host import run, steps, verdicts
from deploys.apps.on_host.checks import CHECKS, Candidate
from deploys.apps.on_host.declared import Declared
from deploys.apps.on_host.engine import Engine
from deploys.apps.on_host.record import Change, Record, RecordError, parsed, written
from rigwright.errors import RigError
from rigwright.release import plan as plans
from tests.unit.test_apps import shop, web
from tests.unit.test_apps_release import A, B, released

HOUR = 3600


def candidate(secrets: Mapping[str, str] | None = None, **checks: Any) -> Candidate:
    """Of an application on a host without an engine."""
    app = Declared("shop", json.loads(described(shop(web(), checks=Checks(**checks)))), secrets or {})
    release = steps.candidate(released(Record(), A), B, "s", {"web": 1})
    return Candidate(app, release, Engine("/nowhere/docker.sock"))


def verdict(name: str, given: Candidate, skipped: Mapping[str, str] | None = None) -> verdicts.Verdict:
    return next(one for one in verdicts.made(given, skipped or {}) if one.name == name)


def metrics(**newest: float | None) -> str:
    lines = []
    for data, hours in newest.items():
        lines.append(f'rigwright_backup_late_seconds{{data="{data}"}} {24 * HOUR}')
        if hours is not None:
            at = time.time() - hours * HOUR
            lines.append(f'rigwright_backup_newest_timestamp_seconds{{data="{data}"}} {at:.15g}')
    return "\n".join(lines)


def test_a_backup_is_late_by_its_own_promise_or_missing() -> None:
    assert readers.late_backups(metrics(db=1, files=23)) == ([], 2)
    late, count = readers.late_backups(metrics(db=1, files=25, keys=None))
    assert (late, count) == (["the newest of files is 25.0 h old", "keys has no backup"], 3)


def test_metrics_that_are_not_there_are_infinitely_old(tmp_path: Path) -> None:
    assert readers.age(tmp_path / "absent") == math.inf
    (tmp_path / "new").write_text("")
    assert readers.age(tmp_path / "new") < 60


def test_alerts_that_always_fire_bar_no_release() -> None:
    one = {"labels": {"alertname": "DiskFull", "severity": "critical"}}
    assert readers.firing([{"labels": {"alertname": "Watchdog", "severity": "none"}}]) == []
    assert readers.firing([one, one]) == ["DiskFull"]


@pytest.mark.parametrize(("leap", "good"), [("Normal", True), ("Not synchronised", False)])
def test_the_clock_is_what_chronyd_says(leap: str, good: bool) -> None:
    assert readers.synchronised(f"0,,0,0,0,0,0,0,0,0,0,0,0,{leap}\n") is good
    with pytest.raises(ValueError, match="506 Cannot talk to daemon"):
        readers.synchronised("506 Cannot talk to daemon")


def test_certificates_are_those_of_the_running_configuration() -> None:
    text = (
        '  ssl_certificate /etc/a.pem;\n  ssl_certificate_key /etc/a.key;\n\tssl_certificate "/etc/b.pem";\n'
        "  ssl_certificate /etc/a.pem;\n  # ssl_certificate /etc/c.pem;\n"
    )
    assert readers.certificates(text) == ["/etc/a.pem", "/etc/b.pem"]


def test_memory_is_what_is_left_without_swapping() -> None:
    assert readers.available("MemTotal: 9 kB\nMemAvailable:    2048 kB\n") == 2**21
    with pytest.raises(ValueError, match="MemAvailable"):
        readers.available("")
    assert [readers.size(one) for one in (999, 2e4, 20e9, 3e12)] == ["999 B", "20 kB", "20 GB", "3 TB"]


def test_what_cannot_be_known_has_failed() -> None:
    """Here the engine does not respond."""
    found = verdict("disk", candidate())
    assert found.verdict == verdicts.FAILED
    assert "the engine does not respond" in found.says
    assert "disk: it cannot be known" in verdicts.failures([found])


def test_memory_for_both_versions_must_be_there() -> None:
    given = candidate()
    assert verdict("memory", given).verdict == verdicts.GOOD
    processes = {"web": {**given.app.processes["web"], "memory": 2**60}}
    big = Declared("shop", {**given.app.raw, "processes": processes}, {})
    found = verdict("memory", Candidate(big, given.release, given.engine))
    assert found.verdict == verdicts.FAILED
    assert found.next_step


def test_a_secret_without_a_value_is_named_and_its_value_never_shown() -> None:
    found = verdict("secrets", candidate({"KEY": " ", "TOKEN": "s3cret"}))
    assert (found.verdict, found.says) == (verdicts.FAILED, "KEY has no value")
    assert "s3cret" not in str(verdict("secrets", candidate({"TOKEN": "s3cret"})))


def test_a_check_is_skipped_by_name_with_its_reason_and_no_other_is() -> None:
    found = verdicts.made(candidate(without=["alerts"]), {"disk": "a new disk is on its way"})
    by_name = {one.name: one for one in found}
    assert [one.name for one in found] == list(CHECKS)
    assert (by_name["disk"].verdict, by_name["disk"].says) == ("skipped", "a new disk is on its way")
    assert by_name["alerts"].verdict == "absent"
    assert by_name["image"].verdict == "failed"
    with pytest.raises(RecordError, match="no check is named disc; there are: image, disk"):
        verdicts.made(candidate(), {"disc": "why"})


@pytest.mark.parametrize(
    ("text", "why"),
    [('{"disk": " "}', "skipped without a reason"), ("disk", "no JSON"), ("[]", "no JSON"), ("", "no JSON")],
)
def test_words_that_skip_nothing_in_particular_are_refused(text: str, why: str) -> None:
    with pytest.raises(RecordError, match=why):
        run._skipped(text)  # noqa: SLF001  what reads the command's last word


def test_the_history_keeps_why_a_check_was_skipped() -> None:
    new = steps.candidate(Record(), A, "s", {"web": 1})
    known = steps.begun(Record(), Change("x", "release", "ann", 1.0, new, (("planned", 1.0),), {"disk": "w"}))
    assert parsed(written(known)) == known
    ended = steps.ended(known, "refused", "no", 2.0)
    assert parsed(written(ended)).history[-1].skipped == {"disk": "w"}


def test_a_record_from_before_checks_is_read() -> None:
    raw = json.loads(written(released(Record(), A)))
    for event in raw["history"]:
        del event["skipped"]
    assert parsed(json.dumps(raw)) == released(Record(), A)


def test_a_plan_says_what_would_start_and_end_and_what_speaks_against_it() -> None:
    live = released(Record(), A).live
    given = candidate()
    failed = verdicts.Verdict("disk", "failed", "1 GB is free", "remove images")
    printed = json.dumps(verdicts.shown(given, [failed], live))
    found = plans.read(printed, "web")
    assert (found.starts, found.ends, found.good) == (("shop-web/b1",), ("shop-web/a1", "shop-web/a2"), False)
    text = plans.text_of("web", found)
    assert "1 GB is free" in text
    assert "next: remove images" in text
    assert "it would be refused, and nothing would change" in text
    shown = json.loads(plans.json_of("web", found))
    assert (shown["good"], shown["checks"][0]["next_step"]) == (False, "remove images")
    assert plans.read(json.dumps(verdicts.shown(given, [], None)), "web").good


@pytest.mark.parametrize("text", ["", "3", "[]", '{"app": "shop", "live": null}'])
def test_a_plan_that_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(RigError, match="cannot be read"):
        plans.read(text, "web")


def test_there_is_no_check_of_another_name() -> None:
    with pytest.raises(ValidationError):
        Checks(without=["disc"])  # type: ignore[list-item]
    assert set(CHECKS) == {*Checks(without=[*CHECKS]).without}  # type: ignore[list-item]
