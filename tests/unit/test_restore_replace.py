"""Replacing by renames: whole, the old one kept, and killed at any rename it is completed or taken back."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploys.backup.on_host import replace
from deploys.backup.on_host.replace import Swap, kept_place, refuse_in_use, swaps, work_folder
from deploys.backup.on_host.repository import RepositoryError

STAMP = "20270301-140500"


class KilledError(BaseException):
    """As if by SIGKILL: nothing is cleaned up."""


def tree(folder: Path) -> dict[str, str]:
    """Every file below it with its text."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def filled(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def killed_after(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The process ends after so many changes of the file system."""
    left = itertools.count(count, -1)

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **more: Any) -> Any:
            if next(left) <= 0:
                raise KilledError
            return real(*words, **more)

        return call

    for name in ("rename", "replace"):
        monkeypatch.setattr(Path, name, counted(getattr(Path, name)))
    monkeypatch.setattr(os, "link", counted(os.link))


@pytest.mark.parametrize("count", range(4))
@pytest.mark.parametrize("back", [False, True])
def test_a_folder_killed_at_any_rename_is_completed_or_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, *, back: bool
) -> None:
    live, new = filled(tmp_path / "live", a="old", b="old"), filled(tmp_path / "new", a="new")
    (one,) = swaps(live, new, STAMP)
    with monkeypatch.context() as patched:
        killed_after(patched, count)
        try:
            one.do()
        except KilledError:
            assert count < 2
    again = Swap.of(one.words)
    if back:
        again.undo()
        assert (tree(live), tree(new)) == ({"a": "old", "b": "old"}, {"a": "new"})
        assert not again.kept.exists()
    else:
        again.do()
        again.do()
        assert (tree(live), tree(again.kept)) == ({"a": "new"}, {"a": "old", "b": "old"})


@pytest.mark.parametrize("count", range(4))
@pytest.mark.parametrize("back", [False, True])
def test_a_file_is_there_at_every_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, *, back: bool
) -> None:
    live, new = tmp_path / "key", tmp_path / "new"
    live.write_text("old")
    new.write_text("new")
    (one,) = swaps(live, new, STAMP)
    with monkeypatch.context() as patched:
        killed_after(patched, count)
        try:
            one.do()
        except KilledError:
            assert live.exists()
    if back:
        one.undo()
        assert (live.read_text(), new.read_text()) == ("old", "new")
    else:
        one.do()
        assert (live.read_text(), one.kept.read_text()) == ("new", "old")


@pytest.mark.parametrize("count", range(9))
@pytest.mark.parametrize("back", [False, True])
def test_of_a_mount_point_all_in_it_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, *, back: bool
) -> None:
    live = filled(tmp_path / "live", both="old", old="old")
    monkeypatch.setattr(Path, "is_mount", lambda path: path == live)
    new = filled(work_folder(live, STAMP) / "data", both="new", young="new")
    every = swaps(live, new, STAMP)
    assert [one.live.name for one in every] == ["both", "old", "young"]
    with monkeypatch.context() as patched:
        killed_after(patched, count)
        try:
            for one in every:
                one.do()
        except KilledError:
            pass
    for one in reversed(every) if back else every:
        (one.undo if back else one.do)()
    there = {name: text for name, text in tree(live).items() if not name.startswith(".")}
    assert there == ({"both": "old", "old": "old"} if back else {"both": "new", "young": "new"})
    if back:
        assert tree(new) == {"both": "new", "young": "new"}
    else:
        assert tree(live / f".rigwright-before-{STAMP}") == {"both": "old", "old": "old"}


def test_what_was_missing_comes_and_goes_again(tmp_path: Path) -> None:
    new = filled(tmp_path / "new", a="new")
    (one,) = swaps(tmp_path / "live", new, STAMP)
    one.do()
    assert tree(one.live) == {"a": "new"}
    one.undo()
    assert not one.live.exists()
    assert tree(new) == {"a": "new"}


def test_what_is_made_anew_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    live, new = filled(tmp_path / "live", a="old"), filled(tmp_path / "new", a="new")
    (one,) = swaps(live, new, STAMP)
    live.rename(one.kept)
    filled(live, a="by a service")
    with pytest.raises(RepositoryError, match="was made anew"):
        one.do()


def test_the_old_one_lies_beside_and_out_of_folders_of_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kept_place(Path("/srv/uploads"), STAMP) == Path(f"/srv/uploads.before-{STAMP}")
    monkeypatch.setattr(replace, "CONFIGURATION", tmp_path)
    monkeypatch.setattr(replace, "KEPT", tmp_path / "kept")
    key = tmp_path / "key"
    assert kept_place(key, STAMP).parent == tmp_path / "kept" / STAMP


@pytest.mark.parametrize("path", ["/", "/etc", "/usr", "/var"])
def test_what_the_system_runs_from_is_refused(path: str) -> None:
    with pytest.raises(RepositoryError, match="restore beside"):
        refuse_in_use([path])


def test_what_has_another_file_system_in_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replace, "mount_points", lambda: {"/srv/uploads", "/srv/uploads/deep"})
    with pytest.raises(RepositoryError, match="/srv/uploads/deep is mounted"):
        refuse_in_use(["/srv/uploads"])
    refuse_in_use(["/srv/other"])
