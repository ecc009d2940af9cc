"""NVIDIA's driver in its three places."""

from __future__ import annotations

import pytest

from facts.parsers import driver
from facts.values import Failed, NotSupported

OLD, NEW = "580.95.05", "580.126.09"
PATH = "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.{}\n"


@pytest.mark.parametrize(
    ("loaded", "on_disk", "library", "mismatched"),
    [
        (OLD, OLD, OLD, False),
        (NEW, OLD, OLD, True),
        (OLD, NEW, OLD, True),
        (OLD, OLD, NEW, True),
        (OLD, NEW, NEW, True),
        (None, OLD, NEW, True),
        (None, OLD, OLD, False),
        (OLD, OLD, None, False),
        (None, None, None, False),
    ],
)
def test_any_two_places_that_differ_are_a_mismatch(
    loaded: str | None, on_disk: str | None, library: str | None, *, mismatched: bool
) -> None:
    path = PATH.format(library) if library else ""
    found = driver.parse(loaded=loaded and f"{loaded}\n", on_disk=on_disk, library=path)
    assert found.mismatched is mismatched
    assert found.words == (
        f"{loaded or 'none'} loaded, {on_disk or 'none'} on disk, {library or 'none'} in the library"
    )


def test_a_library_that_debian_puts_elsewhere_has_its_version_read_too() -> None:
    path = "/usr/lib/x86_64-linux-gnu/nvidia/current/libnvidia-ml.so.550.163.01"
    assert driver.parse(loaded=None, on_disk=None, library=path).library == "550.163.01"


def test_a_file_without_a_version_is_an_error_and_no_library_is_none() -> None:
    found = driver.parse(loaded="", on_disk=None, library="/usr/lib/libnvidia-ml.so.1\n")
    assert isinstance(found.library, Failed)
    assert not found.mismatched
    assert driver.parse(loaded=None, on_disk=None, library=None).library == NotSupported()
