"""What is rendered is what was reviewed. ``python -m tests.golden.regenerate`` writes the files anew."""

from __future__ import annotations

import pytest

from tests.golden.layout import REGENERATE, differences, rendered, reviewed

SUBSYSTEMS = sorted({path.split("/")[0] for path in rendered().keys() | reviewed().keys()})


@pytest.mark.parametrize("subsystem", SUBSYSTEMS)
def test_every_file_is_what_was_reviewed(subsystem: str) -> None:
    old, new = (
        {path: content for path, content in files.items() if path.startswith(f"{subsystem}/")}
        for files in (reviewed(), rendered())
    )
    if found := list(differences(old, new)):
        found.append(f"If this is intended, run {REGENERATE} and review the difference.")
        pytest.fail("\n".join(found), pytrace=False)


def test_no_name_needs_quotes_or_differs_from_another_by_case_alone() -> None:
    assert not [path for path in rendered() if not set("' \"\\").isdisjoint(path)]
    assert len({path.casefold() for path in rendered()}) == len(rendered())
