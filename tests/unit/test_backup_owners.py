"""Accounts by name: numbers of one host on another."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploys.backup.on_host.files_restore import own
from deploys.backup.owners import Numbers, acl, acl_numbers, mapping, named

ACCOUNTS = st.dictionaries(st.integers(0, 70_000), st.text("abc", min_size=1, max_size=5), max_size=8)


@given(ACCOUNTS, ACCOUNTS)
def test_each_number_becomes_that_of_the_same_name_or_stays(
    there: dict[int, str], here: dict[int, str]
) -> None:
    by_name = {name: number for number, name in here.items()}
    found = mapping({str(number): name for number, name in there.items()}, by_name.get)
    for number, name in there.items():
        assert found.of(number) == by_name.get(name, number)
        assert (number in found.unknown) == (name not in by_name)
    assert found.of(99_999) == 99_999, "a number without a name stays"


def test_names_are_recorded_beside_numbers_where_there_are_some() -> None:
    assert named([102, 0, 102, 7], {0: "root", 102: "redis"}.get) == {"0": "root", "102": "redis"}


@given(st.lists(st.tuples(st.sampled_from([1, 2, 4, 8, 16, 32]), st.integers(0, 7), st.integers(0, 9))))
def test_an_access_list_names_the_same_accounts_afterwards(entries: list[tuple[int, int, int]]) -> None:
    value = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *one) for one in entries)
    users, groups = Numbers({n: n + 100 for n in range(10)}, {}), Numbers({n: n + 200 for n in range(10)}, {})
    moved = acl(value, users, groups)
    found = [*struct.iter_unpack("<HHI", moved[4:])]
    add = {2: 100, 8: 200}
    assert found == [(kind, rights, number + add.get(kind, 0)) for kind, rights, number in entries]
    assert acl_numbers(value) == (
        {number for kind, _, number in entries if kind == 2},
        {number for kind, _, number in entries if kind == 8},
    )


@given(st.binary(max_size=40))
def test_what_is_no_access_list_of_this_version_stays_as_it_is(value: bytes) -> None:
    none = Numbers({}, {})
    assert acl(value, none, none) == value
    acl_numbers(value)


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_a_file_with_two_names_is_given_once(tmp_path: Path) -> None:
    """102 becomes 105, and 105 becomes 110: a second turn would give the file to 110."""
    (tmp_path / "one").write_text("x")
    os.link(tmp_path / "one", tmp_path / "two")
    (tmp_path / "three").symlink_to("nowhere")
    for name, number in (("one", 102), ("three", 105)):
        os.chown(tmp_path / name, number, number, follow_symlinks=False)
    (tmp_path / "one").chmod(0o4755)
    numbers = Numbers({102: 105, 105: 110}, {})
    own(tmp_path, numbers, numbers)
    found = {name: os.lstat(tmp_path / name) for name in ("one", "two", "three")}
    assert {name: (at.st_uid, at.st_gid) for name, at in found.items()} == {
        "one": (105, 105),
        "two": (105, 105),
        "three": (110, 110),
    }
    assert found["one"].st_mode & 0o7777 == 0o4755
