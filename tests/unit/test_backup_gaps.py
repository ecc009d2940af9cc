"""Gaps in the log of a repository, by the names of its files."""

from __future__ import annotations

import pytest

from deploys.backup.gaps import Gap, gaps

MIB = 2**20


def name(number: int, timeline: int = 1, each: int = 256) -> str:
    return f"{timeline:08X}{number // each:08X}{number % each:08X}"


def paths(*numbers: int, timeline: int = 1) -> list[str]:
    return [f"0000000100000000/{name(one, timeline)}-{'0a' * 20}.zst" for one in numbers]


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (range(3, 9), []),
        ([3, 4, 8], [(5, 7)]),
        ([4, 5, 6, 7, 8], [(3, 3)]),
        ([3, 5, 7, 8], [(4, 4), (6, 6)]),
        ([3, 4, 5], [(6, 8)]),
        ([], [(3, 8)]),
        ([1, 3, 4, 5, 6, 7, 8, 9, 10], []),
    ],
)
def test_what_is_missing_from_the_oldest_backup_to_the_newest_segment(
    there: list[int], expected: list[tuple[int, int]]
) -> None:
    found = gaps(paths(*there), name(3), name(8), 16 * MIB)
    assert found == [Gap(name(first), name(last)) for first, last in expected]


def test_a_log_goes_on_from_255_to_the_next_number() -> None:
    assert gaps(paths(254, 255, 256, 257), name(254), name(257), 16 * MIB) == []
    assert gaps(paths(254, 257), name(254), name(257), 16 * MIB) == [Gap(name(255), name(256))]


def test_a_timeline_begins_where_the_one_before_was_left() -> None:
    both = [*paths(3, 4, 5), *paths(5, 6, timeline=2)]
    assert gaps(both, name(3), name(6, 2), 16 * MIB) == []
    assert gaps([*paths(3, 4, 5), *paths(6, 7, timeline=2)], name(3), name(7, 2), 16 * MIB) == []
    earlier = [*paths(3, 4, 5, 6), *paths(4, 5, timeline=2)]
    assert gaps(earlier, name(3), name(5, 2), 16 * MIB) == []
    late = [*paths(3, 4), *paths(7, 8, timeline=2)]
    assert gaps(late, name(3), name(8, 2), 16 * MIB) == [Gap(name(5, 2), name(6, 2))]


def test_what_is_missing_of_a_timeline_after_it_was_left_is_no_gap() -> None:
    """After a restore to a moment no replay passes it: the newest timeline began before."""
    both = [*paths(3, 4, 5, 8), *paths(5, 6, timeline=2)]
    assert gaps(both, name(3), name(6, 2), 16 * MIB) == []
    before = [*paths(3, 5, 8), *paths(6, 7, timeline=2)]
    assert gaps(before, name(3), name(7, 2), 16 * MIB) == [Gap(name(4), name(4))]


def test_files_that_are_no_segments_are_left_out() -> None:
    others = ["archive.info", "00000002.history-1f.zst", f"{name(9)}.00000028.backup", f"{name(9)}.partial-0"]
    assert gaps([*paths(3), *others], name(3), name(3), 16 * MIB) == []


def test_segments_of_another_size_are_counted_by_it() -> None:
    there = [f"{name(one, each=64)}-{'0a' * 20}.lz4" for one in (63, 64)]
    assert gaps(there, name(63, each=64), name(64, each=64), 64 * MIB) == []
