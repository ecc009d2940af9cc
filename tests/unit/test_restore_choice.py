"""Which backup a restore takes, and what it refuses: the times that can be restored are in each refusal."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploys.backup.choice import (
    Base,
    Moment,
    Range,
    RefusedError,
    choose,
    names,
    ranges,
    seconds,
    spans,
    utc,
    wanted,
)
from deploys.backup.gaps import Gap

UTC = timezone.utc
NOW = int(datetime(2027, 3, 1, 12, tzinfo=UTC).timestamp())
HOUR = 3600


def name(number: int, timeline: int = 1) -> str:
    return f"{timeline:08X}00000000{number:08X}"


def base(hours: float, start: int, timeline: int = 1) -> Base:
    """A backup that ended so many hours ago, in the segment after its first."""
    at = NOW - int(hours * HOUR)
    return Base(f"{hours}", at, 1000, name(start, timeline), name(start + 1, timeline))


def came(*numbers: int) -> dict[str, int]:
    """Segments that came each hour, up to the present: the twentieth now."""
    return {name(one): NOW - (20 - one) * HOUR for one in numbers}


def gap(first: int, last: int, timeline: int = 1) -> Gap:
    return Gap(name(first, timeline), name(last, timeline))


@pytest.mark.parametrize(
    ("text", "at", "shown"),
    [
        ("latest", None, "latest"),
        ("2027-03-01 11:00:00+00", NOW - HOUR, "2027-03-01 11:00:00+00"),
        ("2027-03-01T11:00:00.25Z", NOW - HOUR, "2027-03-01 11:00:00.25+00"),
        ("2027-03-01 12:00:00+01:00", NOW - HOUR, "2027-03-01 11:00:00+00"),
        ("2027-03-01 11:00", NOW - HOUR, "2027-03-01 11:00:00+00"),
    ],
)
def test_a_moment_keeps_its_zone_and_its_fraction(text: str, at: int | None, shown: str) -> None:
    assert wanted(text, NOW, UTC) == Moment(at, shown)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2027-03-01 12:00:01+00", "is in the future: it is 2027-03-01 12:00:00"),
        ("2036-01-01", "is no time"),
        ("yesterday", "is no time"),
        ("", "is no time"),
        ("2027-02-30 11:00", "is no time"),
    ],
)
def test_what_is_no_time_that_was_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason) as error:
        wanted(text, NOW, UTC)
    assert error.value.possible.startswith("latest, or a time")


def test_the_newest_backup_that_reaches_the_moment_is_taken() -> None:
    every = ranges([base(1, 18), base(10, 9), base(5, 14)], came(*range(1, 21)), [], NOW)
    assert choose(every, Moment(None)).base.label == "1"
    assert choose(every, Moment(NOW - HOUR)).base.label == "1"
    assert choose(every, Moment(NOW - HOUR - 1)).base.label == "5"
    assert choose(every, Moment(NOW - 7 * HOUR)).base.label == "10"


def test_a_time_before_the_first_backup_is_refused_with_what_can_be() -> None:
    every = ranges([base(10, 9)], came(*range(9, 21)), [], NOW)
    with pytest.raises(RefusedError, match="is before the first backup") as error:
        choose(every, Moment(NOW - 11 * HOUR, "then"))
    assert error.value.possible == f"{utc(NOW - 10 * HOUR)} to {utc(NOW)}"


def test_without_a_backup_nothing_can_be() -> None:
    with pytest.raises(RefusedError, match="there is no backup"):
        choose([], Moment(None))


def test_a_time_after_the_end_of_the_log_is_refused() -> None:
    """Of a server that does not run, the log ends with what reached the repository."""
    every = ranges([base(10, 9)], came(*range(9, 15)), [], NOW - 6 * HOUR)
    assert choose(every, Moment(NOW - 6 * HOUR)).base.label == "10"
    with pytest.raises(RefusedError, match="ends before then"):
        choose(every, Moment(NOW - 6 * HOUR + 1, "then"))


def test_what_lies_behind_a_gap_is_refused_up_to_the_next_backup() -> None:
    """Trap 1: pgBackRest itself would end before it with success."""
    held = came(*range(9, 13), *range(15, 21))
    every = ranges([base(10, 9), base(3, 16)], held, [gap(13, 14)], NOW)
    assert choose(every, Moment(NOW - 8 * HOUR)).base.label == "10"
    assert choose(every, Moment(NOW - 2 * HOUR)).base.label == "3"
    assert choose(every, Moment(None)).base.label == "3"
    with pytest.raises(RefusedError, match=f"lacks {name(13)} to {name(14)}") as error:
        choose(every, Moment(NOW - 6 * HOUR))
    both = f"{utc(NOW - 10 * HOUR)} to {utc(NOW - 8 * HOUR)}; {utc(NOW - 3 * HOUR)} to {utc(NOW)}"
    assert error.value.possible == both
    only = ranges([base(10, 9)], held, [gap(13, 14)], NOW)
    with pytest.raises(RefusedError, match="the log lacks"):
        choose(only, Moment(None))


def test_a_backup_whose_own_log_is_gone_brings_nothing_back() -> None:
    every = ranges([base(10, 9), base(3, 16)], came(*range(11, 21)), [gap(9, 10)], NOW)
    assert [one.base.label for one in every] == ["3"]


def test_a_gap_of_an_older_timeline_does_not_end_what_began_later() -> None:
    every = ranges([base(3, 10, timeline=2)], came(*range(9, 21)), [gap(13, 14)], NOW)
    assert every[0].gap is None


@given(
    st.lists(st.tuples(st.integers(0, 19), st.integers(1, 18)), max_size=6),
    st.lists(st.integers(1, 20), max_size=5),
    st.integers(-1, 21),
)
def test_a_choice_is_never_later_than_asked_nor_behind_a_gap(
    made: list[tuple[int, int]], gone: list[int], hours: int
) -> None:
    held = came(*({*range(1, 21)} - {*gone}))
    every = ranges([base(*one) for one in made], held, [gap(one, one) for one in gone], NOW)
    to = Moment(None if hours < 0 else NOW - hours * HOUR)
    try:
        best = choose(every, to)
    except RefusedError:
        return
    end = NOW if to.at is None else to.at
    assert best.base.at <= end <= best.latest or to.at is None
    missing = [one for one in gone if int(best.base.start[-8:], 16) <= one]
    if to.at is None:
        assert not missing
    assert not [one for one in missing if one <= int(best.base.stop[-8:], 16)]


def test_times_that_overlap_are_one_span() -> None:
    first, second, third = (
        Range(base(hours, 9), NOW - int(end * HOUR)) for hours, end in ((9, 5), (6, 4), (3, 0))
    )
    assert spans([first, second, third]) == (
        f"{utc(NOW - 9 * HOUR)} to {utc(NOW - 4 * HOUR)}; {utc(NOW - 3 * HOUR)} to {utc(NOW)}"
    )


def test_an_estimate_is_by_the_median_of_what_was_and_unknown_without() -> None:
    assert seconds(1000, []) is None
    assert seconds(1000, [(0, 5.0)]) is None
    assert seconds(1000, [(100, 10.0), (1000, 10.0), (10, 10.0)]) == 101


def test_files_of_an_archive_are_segments_by_their_names() -> None:
    path = f"0000000100000000/{name(7)}-{'0a' * 20}.zst"
    assert names({path: 5, "00000002.history": 6, "archive.info": 7}) == {name(7): 5}
