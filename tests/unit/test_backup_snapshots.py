"""Snapshots of restic: whose, the newest, the one of a time, and when the next is due."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploys.backup.snapshots import (
    FUTURE_SECONDS,
    NoSnapshotError,
    Snapshot,
    chosen,
    due,
    moment,
    newest,
    snapshots,
    tag,
)

DAY = 86_400
NOW = 1_800_000_000
NAMES = st.text(min_size=1, max_size=30)
UTC = timezone.utc


@given(NAMES)
def test_any_name_comes_back_from_its_tag_and_no_tag_has_a_comma(name: str) -> None:
    """Of restic: it splits tags at commas."""
    assert "," not in tag(name)
    found = snapshots([{"id": "a" * 64, "time": "2027-01-01T00:00:00Z", "tags": [tag(name)]}])
    assert [one.data for one in found] == [name]


def test_snapshots_of_others_are_left_alone_and_an_unreadable_time_is_undated() -> None:
    found = snapshots(
        [
            {"id": "b", "time": "2027-01-01T12:00:00.123456789+01:00", "tags": ["rigwright:media"]},
            {"id": "c", "time": "yesterday", "tags": ["mine", "rigwright:media"]},
            {"id": "d", "time": "2027-01-01T00:00:00Z", "tags": ["mine"]},
            {"id": "e", "time": "2027-01-01T00:00:00Z", "tags": None},
            {"id": "f"},
        ]
    )
    assert found == [Snapshot("c", "media", 0), Snapshot("b", "media", 1_798_801_200)]


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001  a zone is added
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_is_read_in_each_way_that_people_and_restic_write_it(at: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    whole = at.replace(microsecond=0, tzinfo=zone)
    for text in (whole.isoformat(), whole.isoformat(sep=" "), f"{whole:%Y-%m-%d %H:%M:%S.123456789%z}"):
        assert moment(text) == int(whole.timestamp())
    assert moment(f"{whole:%Y-%m-%d %H:%M:%S}", zone) == int(whole.timestamp())


@pytest.mark.parametrize("text", ["", "latest", "2027-02-30 10:00", "2027-01-01", "27-01-01 10:00", "x" * 99])
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment(text) == 0


def test_the_zone_of_postgresql_has_two_digits() -> None:
    assert moment("2027-03-01 14:05:00+00") == moment("2027-03-01T15:05:00+01:00") > 0


@st.composite
def repositories(draw: st.DrawFn) -> list[Snapshot]:
    """Of two names; some undated or from the future."""
    ages = st.one_of(st.just(NOW), st.integers(-400 * DAY, 90 * DAY))
    count = draw(st.integers(0, 12))
    return [
        Snapshot(f"{number:08x}" * 8, draw(st.sampled_from(["media", "mail"])), max(0, NOW - draw(ages)))
        for number in range(count)
    ]


@given(repositories())
def test_the_latest_is_never_one_of_the_future_or_without_a_date(every: list[Snapshot]) -> None:
    """Trap 16: a snapshot dated in 2036 is restic's "latest"."""
    best = newest(every, "media", NOW)
    dated = [one.at for one in every if one.data == "media" and 0 < one.at <= NOW]
    assert (best.at if best else 0) == max(dated, default=0)


@given(repositories(), st.integers(0, 400 * DAY))
def test_a_time_brings_back_the_newest_until_then(every: list[Snapshot], ago: int) -> None:
    at = NOW - ago
    which = datetime.fromtimestamp(at, UTC).isoformat(sep=" ")
    older = [one.at for one in every if one.data == "media" and 0 < one.at <= at]
    if older:
        assert chosen(every, "media", which, NOW, UTC).at == max(older)
    else:
        with pytest.raises(NoSnapshotError):
            chosen(every, "media", which, NOW, UTC)


def test_a_label_is_found_by_its_beginning_of_that_name_alone() -> None:
    every = [Snapshot("aaaaaaaa11", "media", NOW), Snapshot("aaaaaaaa22", "mail", NOW)]
    assert chosen(every, "media", "aaaaaaaa", NOW, UTC).label == "aaaaaaaa11"
    both = [*every, Snapshot("aaaaaaaa33", "media", NOW)]
    with pytest.raises(NoSnapshotError, match="more than one backup of media"):
        chosen(both, "media", "aaaaaaaa", NOW, UTC)
    with pytest.raises(NoSnapshotError, match="no backup of media"):
        chosen(every, "media", "bbbbbbbb", NOW, UTC)


def test_an_unknown_name_lists_those_that_there_are() -> None:
    with pytest.raises(NoSnapshotError, match="there are backups of: mail, media"):
        chosen([Snapshot("a", "media", 1), Snapshot("b", "mail", 1)], "meida", "latest", NOW, UTC)
    with pytest.raises(NoSnapshotError, match="the oldest is of 2027-01-15"):
        chosen([Snapshot("a", "media", NOW)], "media", "2026-01-01 00:00", NOW, UTC)
    with pytest.raises(NoSnapshotError, match="neither latest, nor a label"):
        chosen([Snapshot("a", "media", NOW)], "media", "newest", NOW, UTC)


@given(st.integers(1, 40 * 24), st.integers(0, 3 * DAY), st.integers(0, DAY - 1))
def test_between_two_backups_is_never_more_than_the_rhythm(hours: int, offset: int, at: int) -> None:
    """The timer runs each quarter of an hour; the first backup is made whenever the host is applied."""
    rhythm, tick = hours * 3600, 900
    last, clock = 0, NOW + offset
    made = []
    for _ in range(4 * (rhythm + DAY) // tick):
        daily = (clock - at) // DAY * DAY + at
        if due(last, rhythm, clock, daily):
            last = clock
            made.append(clock)
        clock += tick
    assert made[0] == NOW + offset, "the first at once"
    gaps = [later - earlier for earlier, later in pairwise(made)]
    assert gaps
    assert max(gaps) <= rhythm + tick
    assert min(gaps[1:], default=rhythm) >= min(rhythm, DAY) - tick
    assert rhythm < DAY or {(one - at) % DAY < tick for one in made[1:]} == {True}


@pytest.mark.parametrize("last", [0, NOW + FUTURE_SECONDS + 1])
def test_without_a_backup_and_with_one_of_the_future_the_next_is_due(last: int) -> None:
    assert due(last, 30 * DAY, NOW, NOW - 1)
