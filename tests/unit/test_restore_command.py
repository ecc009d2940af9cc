"""``rig restore``: what of a host's output is shown, and which exit code it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from rigwright.backup import restore_terminal as terminal
from rigwright.backup.restore_document import Plan, plan, restored
from rigwright.cli import cli
from rigwright.errors import Exit, RigError

AT = 1_803_909_900
PROMISE = {"rto_seconds": 14_400, "rpo_seconds": 3600}
ITEM: dict[str, Any] = {
    "what": "orders",
    "data": "Orders",
    "label": "20270301-020000F",
    "backup_at": AT,
    "to": "latest",
    "earliest": AT - 86_400,
    "latest": AT + 60,
    "gaps": [["7", "9"]],
    "loss_seconds": 60,
    "bytes": 49_000_000,
    "folder": "/var/scratch",
    "room_needed": 49_000_000,
    "room_there": 8_000_000_000,
    "seconds": 130,
    "stops": [],
    "keeps": [],
    "refused": None,
    "possible": None,
}
JOURNAL: dict[str, Any] = {
    "request": {"what": "orders", "to": "latest", "way": "beside", "place": "primary", "folder": ""},
    "state": "done",
    "code": 0,
    "error": None,
    "begun": AT,
    "seconds": 12.5,
    "runs": False,
    "measured": [{"what": "orders", "seconds": 12, "loss_seconds": 60}],
    "steps": [{"item": "orders", "name": "restore", "begun": AT, "seconds": 9.1, "said": "whole"}],
    "lines": ["restore: whole (9.1 s)"],
    "promise": PROMISE,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=9,
)


def seen(**more: Any) -> Plan:
    return plan({"items": [{**ITEM, **more}], "promise": PROMISE}, "web")


def test_a_dry_run_shows_set_range_gaps_loss_room_and_time() -> None:
    text = terminal.planned("web", seen())
    for words in (
        "20270301-020000F of 2027-03-01",
        "restored to   latest",
        "possible      2027-02-28 14:05:00+00 to 2027-03-01 14:06:00+00",
        "the log lacks 7 to 9",
        "60 s: what was written since then",
        "49 MB needed, 8 GB there, in /var/scratch",
        "about 2 min",
        "nothing: it comes beside",
    ):
        assert words in text
    assert "unknown: none was restored yet" in terminal.planned("web", seen(seconds=None))
    assert "stops         a, b" in terminal.planned("web", seen(stops=["a", "b"], keeps=["/srv/old"]))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, Exit.OK),
        ({"refused": "no", "possible": "yes"}, Exit.UNKNOWN),
        ({"seconds": 14_401}, Exit.CHANGES),
        ({"loss_seconds": 3601}, Exit.CHANGES),
        ({"loss_seconds": 3601, "to": "2027-03-01 13:00:00+00"}, Exit.OK),
        ({"loss_seconds": 3601, "refused": "no"}, Exit.UNKNOWN),
    ],
)
def test_what_cannot_be_beats_what_is_less_than_promised(more: dict[str, Any], code: Exit) -> None:
    assert terminal.verdict(seen(**more)) is code


def test_nothing_at_all_cannot_be() -> None:
    assert terminal.verdict(plan({"items": [], "promise": PROMISE}, "web")) is Exit.UNKNOWN


def test_a_refusal_shows_what_is_possible() -> None:
    text = terminal.planned("web", seen(refused="before the first", possible="now \x1b[31m"))
    assert "orders: before the first\n    possible: now \\x1b[31m" in text


def test_the_end_shows_each_step_and_what_was_measured_beside_the_promise() -> None:
    text = terminal.ended("web", restored(JOURNAL, "web"))
    for words in ("done", "restore: whole (9.1 s)", "12.5 s, promised 4 h", "60 s, promised 60 min"):
        assert words in text
    assert "nothing was restored yet" in terminal.ended("web", restored({"runs": False}, "web"))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"state": "running", "runs": True, "code": None}, "runs"),
        ({"state": "running", "runs": False, "code": None}, "was killed before it ended"),
        ({"state": "failed", "code": 1, "error": "no room"}, "no room"),
        ({"code": 2}, "less than is promised"),
    ],
)
def test_a_state_is_never_better_than_it_is(more: dict[str, Any], words: str) -> None:
    text = terminal.ended("web", restored({**JOURNAL, **more}, "web"))
    assert words in text


@given(JSON)
def test_what_cannot_be_read_is_an_error(value: Any) -> None:
    with pytest.raises(RigError, match="cannot be read"):
        plan(value, "web")
    with pytest.raises(RigError, match="cannot be read"):
        restored(value, "web")


def test_json_has_plan_and_end() -> None:
    read = json.loads(terminal.as_json("web", 0, seen(), restored(JOURNAL, "web")))
    assert (read["exit"], read["plan"]["items"][0]["label"]) == (0, ITEM["label"])
    assert read["last"]["begun"].startswith("2027-03-01T14:05")


def test_a_host_without_backups_is_refused_before_it_is_reached() -> None:
    done = CliRunner().invoke(cli, ["restore", "inventories/lab.py", "debian13", "--what", "host"])
    assert isinstance(done.exception, RigError)
