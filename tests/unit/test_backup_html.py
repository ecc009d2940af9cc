"""The page of backups: at a glance what is protected, how old, how big and proved when."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from rigwright.backup import html as backup_page
from rigwright.backup.known import Backup, Known
from rigwright.backup.survey import BackupReport, Data
from rigwright.desired import Protected
from rigwright.errors import RigError
from rigwright.finding import Finding
from rigwright.report import html
from rigwright.report.plot import HEIGHT, WIDTH, Sample, plot
from tests.unit.test_html import PageText

NOW = datetime(2027, 3, 1, 12, tzinfo=timezone.utc)
ORDERS = Protected("Orders <db>", "database", ("/srv/orders",), 86_400)
CACHE = Protected("Cache", "files", ("/srv/cache",), 86_400)
LATE = Finding("web", "shop", "backup.late", ORDERS.name, "the newest is <late>")


def nightly(days_ago: int, *, proved: bool = False, size: int = 40_000_000) -> Backup:
    at = NOW - timedelta(days=days_ago)
    proof = (at + timedelta(hours=1), "12 rows") if proved else (None, None)
    return Backup(f"n{days_ago}", "full", at, size, size // 10, *proof)


def report(*backups: Backup, findings: tuple[Finding, ...] = ()) -> BackupReport:
    data = (Data(ORDERS, Known(NOW, backups, ())), Data(CACHE))
    return BackupReport("web", data, findings, about="Debian 13")


def drawn(one: BackupReport) -> PageText:
    return PageText(html.html(backup_page.page([one], NOW)))


def test_it_shows_age_size_and_proof_of_each_and_what_nothing_backs_up() -> None:
    shown = drawn(report(nightly(2, proved=True), nightly(1)))
    lines = [line.strip() for line in shown.text.splitlines() if line.strip()]
    head = "newest 1 d ago; 2 backups since 2027-02-27; 40 MB, 8 MB stored; proved 1 d ago"
    assert lines[lines.index("Orders <db>") :][1:3] == ["✓", head]
    assert lines[lines.index("nothing of the inventory backs it up") :][1:3] == ["-", "Cache"]
    assert "1 of 2 kinds of data are backed up; as promised" in lines
    assert "db" not in shown.tags


def test_what_is_wrong_stands_with_its_data_and_is_not_good() -> None:
    shown = drawn(report(nightly(2), findings=(LATE,)))
    assert "the newest is <late>" in shown.text
    assert "✓" not in shown.text


def test_a_host_that_is_down_and_data_without_a_backup_have_no_plot() -> None:
    assert "svg" not in drawn(report()).tags
    assert "no backup" in drawn(report()).text
    lost = drawn(BackupReport("web", error=RigError("is down", host="web", next_step="start it")))
    assert ("is down" in lost.text, "svg" in lost.tags, "✓" in lost.text) == (True, False, False)


def test_the_newest_thirty_are_drawn_and_none_of_the_future() -> None:
    ahead = Backup("ahead", "full", NOW + timedelta(days=3000), 1, 1, None, None)
    shown = drawn(report(*(nightly(days, proved=days == 3) for days in range(40, 0, -1)), ahead))
    assert shown.tags.count("rect") == 2 * 30
    assert shown.attributes.count(("class", "good")) == 1
    assert "2027-01-30 12:00" in shown.text
    assert "2036" not in shown.text


def test_a_gap_until_now_is_seen_and_a_small_one_is_no_full_bar() -> None:
    made = plot("sizes", [Sample(NOW - timedelta(days=10), 100, 10, good=True, text=""), *_two()], NOW)
    assert made
    assert [round(bar.x + bar.width / 2) for bar in made.bars] == [5, 64, 123]
    assert [bar.height for bar in made.bars] == [HEIGHT, HEIGHT / 2, 1.5]
    assert made.bars[0].part == HEIGHT / 10


def _two() -> tuple[Sample, Sample]:
    half = Sample(NOW - timedelta(days=9), 50, 50, good=False, text="")
    return half, Sample(NOW - timedelta(days=8), 0, 0, good=False, text="")


MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2036, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001 — hypothesis wants them without a zone
SAMPLES = st.builds(Sample, MOMENTS, st.integers(0, 2**63), st.integers(0, 2**63), st.booleans(), st.just(""))


@given(st.lists(SAMPLES, max_size=40), MOMENTS)
def test_every_bar_is_in_the_drawing(samples: list[Sample], now: datetime) -> None:
    made = plot("", samples, now)
    assert (made is None) == (not samples)
    for bar in made.bars if made else ():
        assert 0 <= bar.x <= WIDTH - bar.width + 0.1
        assert 0 < bar.part <= bar.height <= HEIGHT
