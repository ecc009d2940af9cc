"""Sources before a backup: what is there, what is left out, and what is recorded of it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploys.backup.on_host.files_measured import measured
from deploys.backup.on_host.files_proof import compare
from deploys.backup.on_host.files_record import Declared, daily
from deploys.backup.on_host.restic import records, verbatim
from deploys.backup.on_host.source import (
    SAMPLE_FILES,
    SourceError,
    excluded,
    expanded,
    fingerprint,
    sample,
    survey,
    unchanged,
    unmounted,
)

DAY = 86_400
NOW = 1_800_000_000


def written(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def test_each_of_several_paths_must_be_there(tmp_path: Path) -> None:
    """Trap 10: restic ends with 0 where one of two is missing."""
    written(tmp_path, "a/x")
    assert expanded([f"{tmp_path}/a"]) == {f"{tmp_path}/a": [f"{tmp_path}/a"]}
    with pytest.raises(SourceError, match="/b is not there"):
        expanded([f"{tmp_path}/a", f"{tmp_path}/b"])
    with pytest.raises(SourceError, match=r"/c\* is not there"):
        expanded([f"{tmp_path}/c*"])


def test_a_link_is_followed_and_what_is_left_out_below_it_too(tmp_path: Path) -> None:
    written(tmp_path, "tank/media/x", "tank/media/y.tmp", "tank/media/deep/z.tmp")
    (tmp_path / "media").symlink_to(tmp_path / "tank/media")
    found = expanded([f"{tmp_path}/media"])
    real = f"{tmp_path}/tank/media"
    assert found == {f"{tmp_path}/media": [real]}
    left = excluded([f"{tmp_path}/media/*.tmp"], found)
    assert left == [f"{tmp_path}/media/*.tmp", f"{real}/*.tmp"]
    assert survey([real], left, "").files == 2, "as with restic, a star stays in its folder"


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("/a/*", 1),
        ("/a", 1),
        ("/a/[xy]", 1),
        ("/a/?", 1),
        ("/**/z", 2),
        ("/a/x*", 2),
        ("/a.x", 3),
        ("/[", 3),
    ],
)
def test_patterns_leave_out_what_restic_leaves_out(tmp_path: Path, pattern: str, files: int) -> None:
    written(tmp_path, "a/x", "a/y/z", "b")
    assert survey([str(tmp_path)], [f"{tmp_path}{pattern}"], "").files == files


def test_a_file_system_of_fstab_that_is_not_mounted_is_found_above_and_below() -> None:
    fstab = (
        "# comment\nUUID=1 / ext4 defaults 0 1\nUUID=2 /srv/media ext4 defaults 0 2\n/swap none swap sw 0 0\n"
    )
    mounted = {"/", "/srv/media"}
    assert unmounted(["/srv/media/films", "/srv", "/etc"], fstab, mounted) is None
    for path in ("/srv/media/films", "/srv/media", "/srv"):
        assert unmounted([path], fstab, {"/"}) == "/srv/media"
    for path in ("/srv/media2", "/etc"):
        assert unmounted([path], fstab, {"/"}) is None
    assert unmounted(["/srv/media"], "UUID=2 /srv/media ext4 ro,noauto 0 2", {"/"}) is None


@given(st.text(max_size=200))
def test_any_fstab_is_read(text: str) -> None:
    unmounted(["/srv"], text, {"/"})


def test_holes_are_recorded_and_plain_files_are_not(tmp_path: Path) -> None:
    with (tmp_path / "holes").open("wb") as file:
        file.truncate(8 * 2**20)
    (tmp_path / "plain").write_bytes(os.urandom(2 * 2**20))
    assert survey([str(tmp_path)], [], "").sparse == [f"{tmp_path}/holes"]


def test_a_sample_is_of_any_files_and_each_time_of_others(tmp_path: Path) -> None:
    written(tmp_path, *(f"{number}" for number in range(3 * SAMPLE_FILES)))
    first, second = (
        {one["path"]: one for one in sample(survey([str(tmp_path)], [], seed))} for seed in ("a", "b")
    )
    assert len(first) == len(second) == SAMPLE_FILES
    assert {*first} != {*second}
    path, one = next(iter(first.items()))
    assert one["sha256"] == hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_a_file_that_changes_is_no_longer_as_its_checksum_says(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    one = fingerprint(str(path))
    assert one
    assert unchanged(one)
    path.write_text("yy")
    assert not unchanged(one)
    path.unlink()
    assert not unchanged(one)
    assert fingerprint(str(path)) is None


def test_a_restore_is_compared_with_what_the_source_was(tmp_path: Path) -> None:
    written(tmp_path, "srv/a", "srv/b", "srv/c")
    before = [one for name in "abc" if (one := fingerprint(f"{tmp_path}/srv/{name}"))]
    for one in before:
        one["path"] = one["path"][len(str(tmp_path)) :]
    assert compare(before, (), tmp_path) == (3, [])
    (tmp_path / "srv/a").write_text("other")
    (tmp_path / "srv/b").unlink()
    assert compare(before, (), tmp_path) == (
        3,
        ["/srv/a has another sha256", "/srv/b did not come back"],
    )
    assert compare(before, {"/srv/a", "/srv/b"}, tmp_path) == (1, [])
    before[2]["user"] = "daemon"
    assert compare(before[2:], (), tmp_path) == (1, ["/srv/c has another user"])
    before[2]["user"] = "no-such-account"
    assert compare(before[2:], (), tmp_path) == (1, [])


@given(st.text(min_size=1))
def test_a_path_as_a_pattern_has_no_bare_wildcard(path: str) -> None:
    assert verbatim(path).replace("\\\\", "").replace("\\*", "").replace("\\?", "").replace("\\[", "") == (
        path.replace("\\", "").replace("*", "").replace("?", "").replace("[", "")
    )


def test_lines_that_are_norecords_are_left_out() -> None:
    assert records('{"a": 1}\nFatal: {\n{broken\n{"b": 2}') == [{"a": 1}, {"b": 2}]


def test_the_time_of_day_is_the_newest_of_the_past() -> None:
    for hour in range(24):
        found = daily(f"{hour:02}:30", NOW)
        assert NOW - DAY - 3700 < found <= NOW


def backup(age: int, size: int | None, proved: int | None = None) -> dict[str, object]:
    started = NOW - age * DAY
    proof = {"at": NOW - proved * DAY} if proved is not None else None
    return {"data": "media", "started": started, "bytes": size, "proved": proof}


def test_metrics_have_the_newest_the_usual_size_and_since_when_nothing_is_proved() -> None:
    one = Declared("media", "files", ("/srv",), 3600, 1, (), {})
    assert dict(measured(one, [], NOW)) == {"late_seconds": 7200, "future": 0}
    backups = [backup(9 - number, 100 + number) for number in range(9)]
    found = dict(measured(one, [*backups, backup(-20, 1)], NOW))
    assert found == {
        "late_seconds": 7200,
        "future": 1,
        "newest_timestamp_seconds": NOW - DAY,
        "proved_timestamp_seconds": NOW - 9 * DAY,
        "bytes": 108,
        "usual_bytes": 104,
    }
    proved = dict(measured(one, [backup(3, 5, proved=2), backup(1, None)], NOW))
    assert proved["proved_timestamp_seconds"] == NOW - 2 * DAY
