"""Snapshots are counted by dataset, and the newest is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from facts.parsers import snapshot
from facts.values import Failed

FIXTURES = Path(__file__).parent / "fixtures"


def test_each_dataset_has_its_number_and_its_newest_whatever_the_order() -> None:
    found = snapshot.parse((FIXTURES / "zfs-list-snapshots.txt").read_bytes()).datasets
    assert found == (
        snapshot.Dataset("backup/media", 1, 1795737600),
        snapshot.Dataset("tank/a b/ü", 1, 1795000000),
        snapshot.Dataset("tank/media", 3, 1795838400),
    )


@pytest.mark.parametrize("printed", ["", "\n", "no datasets available\n"])
def test_no_snapshots_are_none_and_no_error(printed: str) -> None:
    assert snapshot.parse(printed).datasets == ()


@pytest.mark.parametrize(
    "line",
    [
        "tank/media@x",
        "tank/media@x\t",
        "tank/media@x\t-1",
        "tank/media@x\tyesterday",
        "tank/media@x\t1795838400\tmore",
        "tank/media@x\t\uff19",
        "tank/media\t1795838400",
        "@x\t1795838400",
        "tank/media@\t1795838400",
        "tank/media@x\t99999999999999",
        "cannot open 'tank': dataset does not exist",
    ],
)
def test_a_line_that_is_no_snapshot_may_hide_the_newest(line: str) -> None:
    found = snapshot.parse(f"tank/media@a\t1795838400\n{line}\n").datasets
    assert isinstance(found, Failed)


def test_garbage_is_an_error_and_no_exception() -> None:
    for raw in (b"\xff\xfe\0", b"\0" * 1000, "a@b\t" + "9" * 5000, "@\t@"):
        assert isinstance(snapshot.parse(raw).datasets, Failed)
