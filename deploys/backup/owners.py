"""Accounts by name: what a number of another host, or of this one in another year, is here. Pure; on hosts.

restic restores numbers. An account that was 102 and is 105 here would lose its files to whoever is 102.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

ACL_VERSION = 2
ACL_USER, ACL_GROUP = 0x02, 0x08
"""Tags of entries that name an account or a group (linux/posix_acl.h)."""
ACLS = ("system.posix_acl_access", "system.posix_acl_default")
HEAD, ENTRY = struct.Struct("<I"), struct.Struct("<HHI")


@dataclass(frozen=True)
class Numbers:
    """Which number becomes which.

    Attributes:
        changes: Numbers here by numbers there, where they differ.
        unknown: Names that this host lacks, by the number that their files keep.
    """

    changes: Mapping[int, int]
    unknown: Mapping[int, str]

    def of(self, number: int) -> int:
        """What it is here."""
        return self.changes.get(number, number)


def mapping(names: Mapping[str, str], here: Callable[[str], int | None]) -> Numbers:
    """What each number becomes.

    Args:
        names: Name by number, as it was when the backup was made; a number without a name is left out.
        here: The number of a name on this host; None: there is none.
    """
    changes, unknown = {}, {}
    for number, name in names.items():
        found = here(name)
        if found is None:
            unknown[int(number)] = name
        elif found != int(number):
            changes[int(number)] = found
    return Numbers(changes, unknown)


def named(numbers: Iterable[int], name: Callable[[int], str | None]) -> dict[str, str]:
    """Name by number, of those that have one."""
    return {str(number): found for number in sorted({*numbers}) if (found := name(number))}


def acl_numbers(value: bytes) -> tuple[set[int], set[int]]:
    """The accounts and the groups that an access list names."""
    found: tuple[set[int], set[int]] = (set(), set())
    for kind, _, number in _entries(value):
        if kind in (ACL_USER, ACL_GROUP):
            found[kind == ACL_GROUP].add(number)
    return found


def acl(value: bytes, users: Numbers, groups: Numbers) -> bytes:
    """An access list as the kernel keeps it in an extended attribute, with numbers of this host.

    One of another version, or that is cut, stays as it is.
    """
    by_tag = {ACL_USER: users, ACL_GROUP: groups}
    entries = [
        ENTRY.pack(kind, rights, by_tag[kind].of(number) if kind in by_tag else number)
        for kind, rights, number in _entries(value)
    ]
    return value[: HEAD.size] + b"".join(entries) if entries else value


def _entries(value: bytes) -> list[tuple[int, int, int]]:
    if len(value) < HEAD.size or HEAD.unpack_from(value)[0] != ACL_VERSION:
        return []
    body = value[HEAD.size :]
    return [*ENTRY.iter_unpack(body)] if len(body) % ENTRY.size == 0 else []
