"""What ``grep`` prints of files of ``/sys``, by the things that the files are of. Standard library only."""

from __future__ import annotations

import re

from facts.values import Failed, decoded, unreadable

Grouped = dict[str, dict[str, dict[str, str]]]


def grouped(raw: bytes | str, line_of: re.Pattern[str]) -> Grouped | Failed:
    """Values by thing, part of it and name: the groups of a pattern in this order, the value behind them.

    A part that the pattern leaves out is empty. A line that does not match makes the whole an error.
    """
    found: Grouped = {}
    for line in decoded(raw).split("\n"):
        if not line.strip():
            continue
        match = line_of.match(line)
        if not match:
            return unreadable(line)
        found.setdefault(match[1].lower(), {}).setdefault(match[2] or "", {})[match[3]] = match[4]
    return found
