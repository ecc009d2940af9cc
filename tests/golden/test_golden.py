"""What is rendered is what was reviewed. ``python -m tests.golden.regenerate`` writes the files anew."""

from __future__ import annotations

import pytest

from rigwright.settings.platform import Os
from tests.golden.shapes import FOLDER, SHAPES, SYSTEMS, all_texts


@pytest.mark.parametrize(
    ("shape", "system"), [(shape, system) for shape in SHAPES for system in SYSTEMS[shape]]
)
def test_every_file_is_what_was_reviewed(shape: str, system: Os) -> None:
    folder = FOLDER / shape / system
    reviewed = {
        str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    rendered = all_texts(shape, system)
    assert sorted(rendered) == sorted(reviewed)
    for path, content in rendered.items():
        assert content.decode() == reviewed[path].decode(), f"{shape}/{system}/{path}"
