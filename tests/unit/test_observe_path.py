"""A path of the host is described without reading more of it than a managed file can have."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from rigwright.host.paths import CHUNK_BYTES, MAX_READ_BYTES, MAX_SHOWN_BYTES, observe_path
from rigwright.host.tools import MAX_BYTES, read

NONE: dict[str, Any] = {"key": b"", "hashes": {}}
GIBIBYTE = 2**30
SIZES = (0, 1, MAX_SHOWN_BYTES, MAX_SHOWN_BYTES + 1, CHUNK_BYTES, 3 * CHUNK_BYTES + 7)


def described(path: Path, text: bytes, **more: Any) -> dict[str, Any]:
    wanted = {"sha256": hashlib.sha256(text).hexdigest(), "shown": True}
    return observe_path(str(path), wanted, more.get("applied"), more.get("keyed", NONE))


@pytest.mark.parametrize("size", [MAX_READ_BYTES + 1, 3 * GIBIBYTE, 300 * GIBIBYTE])
def test_a_huge_file_differs_by_its_size_and_is_not_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "huge"
    path.touch()
    os.truncate(path, size)
    tracemalloc.start()
    found = described(path, b"wanted")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found["kind"], found["size"]) == ("file", size)
    assert not found.get("as_desired")
    assert not found.get("as_applied")
    assert "content" not in found
    assert peak < CHUNK_BYTES


@pytest.mark.parametrize("size", SIZES)
def test_a_file_of_any_other_size_is_compared_whole(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    text = os.urandom(size)
    path.write_bytes(text)
    applied = {"sha256": hashlib.sha256(text).hexdigest()}
    found = described(path, text, applied=applied)
    assert (found["as_desired"], found["as_applied"]) == (True, True)
    assert found["md5"] == hashlib.md5(text, usedforsecurity=False).hexdigest()
    assert "size" not in found
    other = described(path, b"other")
    assert (other["as_desired"], "content" in other) == (False, size <= MAX_SHOWN_BYTES)


def test_a_secret_is_compared_by_the_hosts_key_and_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"hunter2")
    keyed = {"key": b"key", "hashes": {str(path): hashlib.sha256(b"key" + b"hunter2").hexdigest()}}
    found = described(path, b"other", keyed=keyed)
    assert found["as_applied"]
    assert "content" not in found
    path.write_bytes(b"hunter3")
    assert not described(path, b"other", keyed=keyed)["as_applied"]


def test_a_file_of_the_toolkit_that_is_huge_counts_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "manifest"
    path.touch()
    os.truncate(path, MAX_BYTES + 1)
    assert read(str(path)) is None
