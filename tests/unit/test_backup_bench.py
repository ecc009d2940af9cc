"""What ``rig bench backup`` makes of its measurements."""

from __future__ import annotations

import pytest

from deploys.backup.bench import MORE_THAN_THE_TOOL, WAYS, percentile, rows
from rigwright.errors import RigError


def test_a_ratio_compares_one_turn_and_what_does_more_has_none() -> None:
    (more,) = MORE_THAN_THE_TOOL
    assert more in WAYS
    found = rows({"a backup": [(2.2, 2.0), (3.0, 2.0)], more: [(5.0, 1.0)]})
    assert [(row.what, row.runs, row.limit) for row in found] == [
        ("a backup, by Rigwright", (2.2, 3.0), None),
        ("a backup, the plain tool", (2.0, 2.0), None),
        ("a backup, against the plain tool", (1.1, 1.5), 1.1),
        (f"{more}, by Rigwright", (5.0,), None),
        (f"{more}, the plain tool", (1.0,), None),
    ]


def test_the_percentile_is_of_enough_and_passes_over_the_slowest() -> None:
    assert percentile([*map(float, range(1000, 0, -1))]) == 951
    with pytest.raises(RigError, match="3 transactions"):
        percentile([1.0, 2.0, 3.0])
