"""Parts of a subsystem become one."""

from __future__ import annotations

import dataclasses

import pytest

from rigwright.desired import Desired, File, Unit

SERVER = Desired("toy", packages=("toy",), units=(Unit("toy.service"),), memory_bytes=1, confirm_seconds=60)
EXPORTER = Desired(
    "toy",
    packages=("toy", "toy-exporter"),
    files=(File("/etc/toy-exporter", b""),),
    units=(Unit("toy-exporter.service"),),
    memory_bytes=2,
    install_first=True,
)


def test_lists_are_joined_in_the_order_of_the_parts_and_an_equal_element_stands_once() -> None:
    merged = Desired.merge(SERVER, EXPORTER)
    assert merged.packages == ("toy", "toy-exporter")
    assert [unit.name for unit in merged.units] == ["toy.service", "toy-exporter.service"]
    assert merged.files == EXPORTER.files


def test_memory_adds_up_the_longest_wait_counts_and_one_part_decides_what_comes_first() -> None:
    merged = Desired.merge(SERVER, EXPORTER)
    assert (merged.memory_bytes, merged.confirm_seconds, merged.install_first) == (3, 60, True)


def test_every_field_of_a_part_is_kept() -> None:
    assert Desired.merge(EXPORTER) == EXPORTER
    assert Desired.merge(SERVER, Desired("toy")) == SERVER


def test_a_path_that_two_parts_name_is_refused() -> None:
    other = dataclasses.replace(EXPORTER, files=(File("/etc/toy-exporter", b"other"),))
    with pytest.raises(ValueError, match="names a path twice: /etc/toy-exporter"):
        Desired.merge(EXPORTER, other)


@pytest.mark.parametrize("parts", [(), (SERVER, Desired("other"))])
def test_parts_of_several_subsystems_or_of_none_are_refused(parts: tuple[Desired, ...]) -> None:
    with pytest.raises(ValueError, match="parts of one subsystem"):
        Desired.merge(*parts)
