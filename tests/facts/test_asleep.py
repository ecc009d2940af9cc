"""A disk that has spun down is distinguished from one that cannot be opened."""

from __future__ import annotations

from pathlib import Path

from facts.parsers import disk

FIXTURES = Path(__file__).parent / "fixtures"


def test_only_the_status_that_smartctl_was_asked_for_is_sleep() -> None:
    assert disk.asleep('{"smartctl": {"exit_status": 3, "messages": []}}')
    for name in FIXTURES.glob("smartctl-*.json"):
        assert not disk.asleep(name.read_bytes()), name
    for garbage in ("", "[]", "{}", '{"smartctl": 3}', '{"smartctl": {"exit_status": "3"}}', "\0"):
        assert not disk.asleep(garbage)
