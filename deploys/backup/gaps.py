"""Segments of the write-ahead log that a repository lacks. Pure; it runs on hosts, standard library only.

pgBackRest's ``check``, ``verify`` and ``info`` report nothing of a segment that is gone, and a restore ends
before it with success.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SEGMENT = re.compile(r"(?:.*/)?([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})-[0-9a-f]{40}(?:\.[a-z0-9]+)?")
LOG_BYTES = 2**32
"""What the second group of a segment's name counts."""


@dataclass(frozen=True)
class Gap:
    """Segments that are missing, from the first to the last."""

    first: str
    last: str


def gaps(paths: Iterable[str], start: str, stop: str, segment_bytes: int) -> list[Gap]:
    """What is missing between segments that are there, on each timeline and where one follows another.

    Args:
        paths: Of the repository's archive.
        start: Name of the first segment that the oldest backup needs; what is before it may be gone.
        stop: Name of the last segment that the newest backup needs.
        segment_bytes: Of the cluster.
    """
    each = LOG_BYTES // segment_bytes
    there = _by_timeline(paths, each)
    (timeline, expected), (last_timeline, last) = _place(start, each), _place(stop, each)
    missing: list[tuple[int, int, int]] = []
    for line in sorted({*there, timeline, last_timeline}):
        if line < timeline:
            continue
        numbers = sorted(number for number in there[line] if number >= expected or line > timeline)
        # A timeline begins with a copy of the segment in which it left the one before, or of an earlier one.
        expected = min(expected, *numbers[:1]) if line > timeline and numbers else expected
        ends = [last + 1] if line == last_timeline and last not in there[line] else []
        for number in (*numbers, *(end for end in ends if end > max((expected, *numbers)))):
            if number > expected:
                missing.append((line, expected, number - 1))
            expected = max(expected, number + (number in there[line]))
    return [
        Gap(_name(line, first, each), _name(line, end, each))
        for line, first, end in missing
        if not _is_left(line, first, there)
    ]


def _is_left(line: int, number: int, there: Mapping[int, set[int]]) -> bool:
    """Whether a later timeline began before this segment, so that no replay passes it."""
    return any(later > line and found and min(found) <= number for later, found in there.items())


def _by_timeline(paths: Iterable[str], each: int) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for path in paths:
        if name := SEGMENT.fullmatch(path):
            found[int(name[1], 16)].add(int(name[2], 16) * each + int(name[3], 16))
    return found


def _place(name: str, each: int) -> tuple[int, int]:
    """Timeline and number."""
    return int(name[:8], 16), int(name[8:16], 16) * each + int(name[16:24], 16)


def _name(timeline: int, number: int, each: int) -> str:
    return f"{timeline:08X}{number // each:08X}{number % each:08X}"
