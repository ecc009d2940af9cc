"""The code map of CONTRIBUTING.md names every room of ``rigwright/``, in the order that imports follow."""

from __future__ import annotations

import re

from tests.support.pages import ROOT

TOP = "__main__"
"""The layer above all rooms, which only calls the command line."""


def shown() -> list[str]:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    section = text.partition("## Code map\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def layers() -> list[set[str]]:
    """The layers of import-linter's contract, from the bottom."""
    (block,) = re.findall(
        r"^layers = \[\n(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.MULTILINE | re.DOTALL
    )
    found = [set(line.split(" : ")) for line in re.findall(r'"([\w :]+)"', block)]
    return found[::-1]


def test_every_room_is_named_once() -> None:
    rooms = {path.parent.name for path in (ROOT / "rigwright").glob("*/__init__.py")}
    assert len(rooms) > 10
    assert rooms <= set(shown())
    assert len(shown()) == len(set(shown()))


def test_the_order_is_that_of_the_layers() -> None:
    rest = shown()
    for layer in layers():
        if layer != {TOP}:
            assert set(rest[: len(layer)]) == layer, f"the map has {rest[: len(layer)]}, the layers {layer}"
            rest = rest[len(layer) :]
    assert rest == []
