"""In which order, and how many at once, hosts are applied. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from rigwright.errors import RigError
from rigwright.finding import Finding

DEFAULT = "1,25%,rest"
"""The first host alone, a quarter of all, then the others."""
ALL = "rest"
MANY = 3
"""From so many hosts on the first one goes alone where nothing else is asked for."""
SIZE = re.compile(r"([1-9][0-9]*)(%?)")
NOT_RUNNING = ("probe.failed", "unit.state")
"""Kinds of findings of a host that is not in service anyway."""
T = TypeVar("T")


def sizes(text: str) -> tuple[str, ...]:
    """The words of ``--batches``, such as ``1,25%,rest``.

    Raises:
        RigError: One is no size, more than all hosts, or stands behind ``rest``.
    """
    words = tuple(word.strip() for word in text.split(","))
    for at, word in enumerate(words):
        found = SIZE.fullmatch(word)
        share = found is not None and found[2] == "%"
        if word == ALL and at == len(words) - 1:
            continue
        if found is None or (share and int(found[1]) > 100):  # noqa: PLR2004  per cent
            raise RigError(
                f"--batches {text}: {word or 'nothing'} is no size of a batch",
                next_step="write numbers of hosts, shares of them such as 25%, and rest as the last: "
                f"--batches {DEFAULT}",
            )
    return words


def split(hosts: Sequence[T], words: Sequence[str]) -> list[list[T]]:
    """The hosts in batches, in their order. The last size holds for all that are left.

    Args:
        hosts: Which hosts.
        words: What :func:`sizes` returned. A share is of all hosts, rounded down, and one host at least.
    """
    made: list[list[T]] = []
    left, number = list(hosts), 0
    while left:
        size = _size(words[min(number, len(words) - 1)], len(hosts), len(left))
        made.append(left[:size])
        left, number = left[size:], number + 1
    return made


def default(hosts: int) -> str:
    """The sizes where none are given: one or two hosts go together, as they always may."""
    return DEFAULT if hosts >= MANY else ALL


def out_of_service(findings: Iterable[Finding]) -> bool:
    """Whether a host does not serve as it should already: it goes first, because it has least to lose."""
    return any(one.kind in NOT_RUNNING for one in findings)


def _size(word: str, of: int, left: int) -> int:
    if word == ALL:
        return left
    return max(1, of * int(word[:-1]) // 100) if word.endswith("%") else int(word)
