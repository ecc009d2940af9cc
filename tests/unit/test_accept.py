"""What an adopted host had becomes a list that a person reviews, and an inventory accepts exactly that."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from deploys.accepted import accepted_from
from deploys.rig import Machine, Rig
from rigwright.compare.acceptance import accepted_by, apart
from rigwright.drift.baseline import acceptable, added, written
from rigwright.errors import RigError
from rigwright.finding import Finding

CRON = Finding("old", "rigwright", "cron.unmanaged", "/etc/cron.d/backup", "cron runs it", actual="sha256:12")
SHELL = Finding("old", "rigwright", "setuid.unmanaged", "/opt/x", "it is set-user-ID", actual="4755")
CAPABLE = Finding("old", "rigwright", "capability.unmanaged", "/opt/x", "it has some", actual="sha256:34")
FILE = Finding("old", "web", "file.unmanaged", "/etc/web/x", "apply removes it")
STATE = Finding("old", "web", "runtime_state.unmanaged", "roles: x", "apply removes it")
OFF = Finding("old", "web", "unit.state", "web.service", "it is inactive")
CROWD = Finding("old", "rigwright", "cron.unmanaged", "more than 100", "5 more")
TODAY = date(2026, 11, 30)


def test_only_what_apply_leaves_and_a_person_can_read_is_in_the_list() -> None:
    every = (CRON, SHELL, FILE, STATE, OFF, CROWD)
    assert [one.where for one in every if acceptable(one)] == ["/etc/cron.d/backup", "/opt/x"]


def test_an_inventory_accepts_exactly_what_the_list_has(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(written(added({}, [CRON, SHELL, CAPABLE], "as it was", "2027-01-01")))
    rig = Rig(machine=Machine(os="debian13", accepted=accepted_from(path)))
    accepted = accepted_by(rig.desired())
    opened, closed = apart([CRON, SHELL, CAPABLE], accepted, TODAY)
    assert (opened, len(closed)) == ((), 3)
    changed = Finding(**{**CRON.__dict__, "actual": "sha256:99"})
    opened, _ = apart([changed, OFF], accepted, TODAY)
    assert [one.where for one in opened] == ["/etc/cron.d/backup", "web.service"]
    assert len(apart([CRON], accepted, date(2027, 1, 2))[0]) == 1


def test_a_second_list_adds_what_is_new_and_keeps_the_reasons_of_the_first() -> None:
    first = added({}, [CRON], "first", None)
    second = added(json.loads(written(first)), [CRON, SHELL], "second", None)
    assert [(one["where"], one["reason"]) for one in second["accepted"]] == [
        ("/etc/cron.d/backup", "first"),
        ("/opt/x", "second"),
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"accepted": [1]}', '{"accepted": [{"where": "/x"}]}'])
def test_a_file_that_is_no_such_list_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(RigError, match=r"no list") as error:
        accepted_from(path)
    assert "rig accept" in str(error.value)
