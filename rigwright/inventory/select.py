"""Which hosts ``--limit`` names: by name, group or glob, joined and excluded as Ansible does. Pure.

A pattern is the name of a host, of a group, or a glob over both; ``@group`` is a group, or a glob over groups
alone; ``all`` is every host. ``!pattern`` takes
hosts away and ``&pattern`` keeps only those that match it too, wherever they stand. Where a host and a group
have the same name, it is the host: the narrower choice.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from rigwright.errors import RigError

ALL = "all"
GROUP = "@"
EXCEPT = "!"
BOTH = "&"
GLOB = re.compile(r"[*?\[]")
SHOWN_NAMES = 20
"""Names in a message; an inventory may have hundreds."""

Groups = Mapping[str, Sequence[str]]
"""The groups of each host, by its name, in the inventory's order."""


def select(patterns: Sequence[str], hosts: Groups) -> list[str]:
    """The names of the hosts that the patterns choose, in the inventory's order; all where there is none.

    Args:
        patterns: Each may hold several, separated by commas.
        hosts: The inventory's.

    Raises:
        RigError: A pattern matches nothing, even one that excludes; or no host is left.
    """
    if not patterns:
        return list(hosts)
    words = [word.strip() for pattern in patterns for word in pattern.split(",") if word.strip()]
    if not words:
        raise RigError("--limit is empty", next_step="leave it out for every host, or name one: --limit web")
    chosen = _union([word for word in words if word[0] not in (EXCEPT, BOTH)] or [ALL], hosts)
    for word in words:
        if word[0] == BOTH:
            chosen &= _matching(word[1:], hosts)
    for word in words:
        if word[0] == EXCEPT:
            chosen -= _matching(word[1:], hosts)
    if not chosen:
        raise RigError(
            f"--limit {','.join(words)} leaves no host", next_step="exclude fewer: ! and & take hosts away"
        )
    return [name for name in hosts if name in chosen]


def exactly(name: str) -> str:
    """A pattern for plain pyinfra's ``--limit`` that matches the host of this name and no group.

    pyinfra takes a name for that of a group first, and the inventory's file is a group too: of
    ``inventories/web.py``, ``--limit web`` is every host.
    """
    return "".join(f"[{char}]" if at == 0 or char in "*?[" else char for at, char in enumerate(name))


def nearest(name: str, known: Iterable[str]) -> str:
    """The part of a message that names what was probably meant; empty where nothing is near."""
    near = difflib.get_close_matches(name, sorted(known), n=3)
    return f"did you mean {' or '.join(near)}? " if near else ""


def _union(words: Sequence[str], hosts: Groups) -> set[str]:
    return {name for word in words for name in _matching(word, hosts)}


def _matching(word: str, hosts: Groups) -> set[str]:
    """The hosts that one pattern matches, without ``!`` and ``&``.

    Raises:
        RigError: None.
    """
    if word.startswith(GROUP):
        return _of_group(word, hosts)
    if word in hosts:
        return {word}
    if word == ALL:
        return {*hosts}
    found = {name for name, groups in hosts.items() if word in groups}
    if not found and GLOB.search(word):
        found = {
            name for name, groups in hosts.items() if any(fnmatchcase(one, word) for one in (name, *groups))
        }
    if not found:
        raise RigError(f"--limit {word} matches no host", next_step=_choices(word, hosts))
    return found


def _of_group(word: str, hosts: Groups) -> set[str]:
    name = word.removeprefix(GROUP)
    found = {host for host, groups in hosts.items() if any(fnmatchcase(one, name) for one in groups)}
    if not found:
        groups = sorted({group for names in hosts.values() for group in names})
        raise RigError(
            f"--limit {word} matches no group",
            next_step=f"{nearest(name, groups)}the groups are: {_listed(groups) or 'none'}",
        )
    return found


def _choices(word: str, hosts: Groups) -> str:
    groups = sorted({group for names in hosts.values() for group in names})
    shown = f"use one of: {_listed([*hosts])}" + (f"; or a group: {_listed(groups)}" if groups else "")
    return nearest(word, [*hosts, *groups]) + shown


def _listed(names: Sequence[str]) -> str:
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
