"""``rig backup``: what is known of a host's backups, what is wrong with them, and how a run ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigwright.backup import judge, terminal
from rigwright.backup.carry_out import Ran
from rigwright.backup.carry_out import verdict as ended
from rigwright.backup.known import known
from rigwright.backup.survey import BackupReport, Data, verdict
from rigwright.desired import BackupTool, Protected
from rigwright.errors import Exit, RigError

NOW = datetime(2027, 3, 1, 12, tzinfo=timezone.utc)
HOUR = 3600
TOOL = BackupTool("Orders", "known", "make.service", "prove.service", 7 * HOUR, 8 * 24 * HOUR)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=9,
)


def backup(hours: float, proved: float | None = None, **more: Any) -> dict[str, Any]:
    """One that ended so many hours ago, and was proved so many hours ago."""
    return {
        "label": f"{hours}",
        "kind": "full",
        "at": NOW.timestamp() - hours * HOUR,
        "bytes": 49_000_000,
        "stored_bytes": 5_000_000,
        "proved_at": None if proved is None else NOW.timestamp() - proved * HOUR,
        "proof": None if proved is None else "12 rows in 3 tables",
        **more,
    }


def printed(*backups: Mapping[str, Any], problems: tuple[str, ...] = ()) -> str:
    return json.dumps({"at": NOW.timestamp(), "backups": backups, "problems": problems})


def found(*backups: Mapping[str, Any], problems: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    seen = known(printed(*backups, problems=problems), "web")
    return [(one.kind, one.summary) for one in judge.findings("web", "shop", TOOL, seen, NOW)]


@pytest.mark.parametrize(
    ("backups", "expected"),
    [
        ((backup(30, 29), backup(6)), []),
        ((), [("backup.missing", "Orders: there is no backup")]),
        (
            (backup(8, 7),),
            [("backup.late", "Orders: the newest backup is 8 h old, more than 7 h")],
        ),
        ((backup(1),), [("backup.unproved", "Orders: no backup was restored in a trial")]),
        (
            (backup(240, 216), backup(1)),
            [
                (
                    "backup.unproved",
                    "Orders: the last trial restore that succeeded was 9 d ago, more than 8 d",
                )
            ],
        ),
    ],
    ids=["as promised", "none", "late", "never proved", "proved long ago"],
)
def test_what_is_missing_late_or_not_proved_is_a_finding(
    backups: tuple[Mapping[str, Any], ...], expected: list[tuple[str, str]]
) -> None:
    assert found(*backups) == expected


def test_one_from_the_future_is_a_finding_and_never_the_newest() -> None:
    """Trap 16."""
    kinds = [kind for kind, _ in found(backup(9, 8), backup(-80_000, label="20360101-F"))]
    assert kinds == ["backup.late", "backup.future"]
    assert [kind for kind, _ in found(backup(-80_000))] == ["backup.missing", "backup.future"]


def test_what_the_tool_itself_reports_is_a_finding() -> None:
    """Trap 1: a gap is noticed by the list."""
    lines = ("the log lacks 7 to 9: no restore gets past that",)
    assert found(backup(1, 1), problems=lines) == [("backup.problem", f"Orders: {lines[0]}")]


@given(JSON)
def test_what_cannot_be_read_is_unknown_and_never_no_backups(value: object) -> None:
    with pytest.raises(RigError, match="cannot be read"):
        known(json.dumps(value), "web")


@pytest.mark.parametrize("text", ["", "null", "[]", '{"at": 0, "backups": [{}], "problems": []}'])
def test_neither_is_half_of_it(text: str) -> None:
    with pytest.raises(RigError, match="cannot be read"):
        known(text, "web")


def report(*backups: Mapping[str, Any]) -> BackupReport:
    seen = known(printed(*backups), "web")
    orders = Data(Protected("Orders", "database", ("/srv/orders",), 3600), seen)
    other = Data(Protected("Uploads", "files", ("/srv/uploads",), 3600))
    return BackupReport(
        "web", (orders, other), tuple(judge.findings("web", "shop", TOOL, seen, NOW)), about="debian13"
    )


def test_a_line_shows_how_old_how_big_and_proved_when() -> None:
    ago = (datetime.now(timezone.utc) - NOW) / timedelta(hours=1)
    text = terminal.as_text([report(backup(-ago + 30, -ago + 29), backup(-ago + 6))], each=False)
    assert "newest 6 h ago; 2 backups since" in text
    assert "49 MB, 10 MB stored; proved 1 d ago" in text
    assert "Uploads" in text
    assert "nothing of the inventory backs it up" in text
    assert "1 of 2 kinds of data are backed up" in text


def test_each_backup_is_listed_with_what_was_found_in_it() -> None:
    text = terminal.as_text([report(backup(30, 29), backup(6))], each=True)
    assert "2027-02-28 06:00:00Z  full      49 MB      5 MB  30, proved 2027-02-28 07:00: 12 rows" in text
    assert "2027-03-01 06:00:00Z" in text


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (48_600_000, "49 MB"), (2 * 10**15, "2000.0 TB")],
)
def test_sizes_are_decimal(count: int, shown: str) -> None:
    assert terminal.size(count) == shown


def test_an_unknown_host_beats_findings_and_findings_beat_none() -> None:
    lost = BackupReport("db", error=RigError("cannot be reached"))
    good, bad = report(backup(6, 5)), report()
    assert verdict([good]) is Exit.OK
    assert verdict([good, bad]) is Exit.CHANGES
    assert verdict([bad, lost]) is Exit.UNKNOWN
    assert verdict([]) is Exit.UNKNOWN
    assert "db" in terminal.as_text([lost], each=True)


@pytest.mark.parametrize(
    ("codes", "code"),
    [((0, 0), Exit.OK), ((0, 2), Exit.CHANGES), ((2, 1), Exit.UNKNOWN), ((), Exit.UNKNOWN)],
)
def test_a_run_that_failed_beats_a_backup_that_does_not_come_back(codes: tuple[int, ...], code: Exit) -> None:
    assert ended([Ran("web", "Orders", one) for one in codes]) is code


def test_json_has_every_backup() -> None:
    shown = json.loads(terminal.as_json([report(backup(30, 29), backup(6))]))
    orders, uploads = shown["hosts"][0]["data"]
    assert [one["label"] for one in orders["backups"]] == ["30", "6"]
    assert orders["backups"][0]["proved"] == "2027-02-28T07:00:00+00:00"
    assert (orders["backed_up"], uploads["backed_up"], uploads["backups"]) == (True, False, [])
