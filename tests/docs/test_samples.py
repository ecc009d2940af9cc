"""Every sample of Python in the documentation is settings that load."""

from __future__ import annotations

import pytest

from tests.support.pages import Block, pages

SAMPLES = [
    pytest.param(block, id=block.where)
    for page in pages()
    for block in page.blocks
    if block.language == "python" and not {"file", "not run"} & set(block.marks)
]


@pytest.mark.parametrize("block", SAMPLES)
def test_the_sample_loads(block: Block) -> None:
    exec(compile(block.text, block.where, "exec"), {"__name__": "sample"})  # noqa: S102  our own page
