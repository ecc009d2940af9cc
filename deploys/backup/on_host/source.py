"""Declared files before they are backed up: whether they are there, and what a restore must know of them.

What is recorded goes into the backup itself: the names of accounts beside the numbers, which files have
holes, and checksums of a sample that this program takes, not the one that makes the backup.
"""

from __future__ import annotations

import glob
import grp
import hashlib
import heapq
import os
import pwd
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploys.backup.on_host.mounts import mounted
from deploys.backup.owners import ACLS, acl_numbers, named

SAMPLE_FILES = 100
KEPT_FILES = 50 * SAMPLE_FILES
"""So many are compared at a time: a folder may have millions."""
SAMPLE_BYTES = 256 * 2**20
FILE_BYTES = 64 * 2**20
"""A larger file is in no sample: each is read twice."""
HOLE_BYTES = 2**20
"""In a smaller file a hole is not worth a record."""
BLOCK_BYTES = 512
"""The unit of ``st_blocks`` (stat(2))."""
MAGIC = re.compile(r"[*?\[]")


class SourceError(Exception):
    """Declared data that is not all there, and what to do."""


@dataclass
class Found:
    """What is at and below declared paths."""

    files: int = 0
    bytes: int = 0
    users: set[int] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)
    sparse: list[str] = field(default_factory=list)
    small: list[tuple[str, str]] = field(default_factory=list)
    """Files that a sample may have, each after a key that orders them at random."""


def expanded(patterns: Sequence[str]) -> dict[str, list[str]]:
    """Existing paths by pattern, with links followed: restic backs up a link as a link.

    Raises:
        SourceError: One of them is not there; a backup of the others would read as one of all.
    """
    found = {}
    for pattern in patterns:
        paths = sorted(glob.glob(pattern)) if MAGIC.search(pattern) else [pattern]  # noqa: PTH207  as a shell
        real = [str(Path(path).resolve()) for path in paths if Path(path).exists()]
        if not real:
            raise SourceError(f"{pattern} is not there: mount its file system, or restore it")
        found[pattern] = real
    return found


def excluded(patterns: Iterable[str], expansion: Mapping[str, Sequence[str]]) -> list[str]:
    """Patterns of what is left out, also where a declared path is a link."""
    every = [*patterns]
    for one in [*every]:
        for pattern, paths in expansion.items():
            if one.startswith(f"{pattern}/"):
                every += [path + one[len(pattern) :] for path in paths]
    return [*dict.fromkeys(every)]


def unmounted(paths: Iterable[str], fstab: str, mounted: set[str]) -> str | None:
    """A mount point of ``/etc/fstab`` above or below one of these that is not mounted; pure.

    Args:
        paths: Absolute, without links.
        fstab: Its text.
        mounted: Where something is mounted.
    """
    rows = (line.split() for line in fstab.splitlines() if not line.lstrip().startswith("#"))
    expected = [row[1] for row in rows if len(row) > 3 and "noauto" not in row[3].split(",")]  # noqa: PLR2004
    for path in paths:
        for point in expected:
            near = f"{path}/".startswith(f"{point.rstrip('/')}/") or point.startswith(f"{path}/")
            if point.startswith("/") and near and point not in mounted:
                return point
    return None


def mount_points() -> set[str]:
    """Where something is mounted."""
    return {one.point for one in mounted()}


def survey(paths: Iterable[str], exclude: Iterable[str], seed: str) -> Found:
    """Count what a backup of these would hold."""
    left_out = re.compile("|".join(map(_pattern, exclude)) or r"(?!)")
    found = Found()
    roots = [*paths]
    for path in {str(one) for root in roots for one in Path(root).parents}:
        _owners(found, path, os.lstat(path))  # a restore makes them too
    for path, at in _below(roots, left_out):
        _owners(found, path, at)
        if stat.S_ISREG(at.st_mode):
            found.files += 1
            found.bytes += at.st_size
            if at.st_size >= HOLE_BYTES and at.st_blocks * BLOCK_BYTES < at.st_size and _has_a_hole(path):
                found.sparse.append(path)
            if 0 < at.st_size <= FILE_BYTES:
                key = hashlib.sha256(os.fsencode(f"{seed} {path}")).hexdigest()[:16]
                found.small.append((key, path))
                if len(found.small) > KEPT_FILES:
                    found.small = heapq.nsmallest(SAMPLE_FILES, found.small)
    return found


def _owners(found: Found, path: str, at: os.stat_result) -> None:
    """The accounts of a path, and those that its access lists name."""
    found.users.add(at.st_uid)
    found.groups.add(at.st_gid)
    for name in ACLS:
        try:
            users, groups = acl_numbers(os.getxattr(path, name, follow_symlinks=False))
        except OSError:
            continue
        found.users |= users
        found.groups |= groups


def _below(paths: Iterable[str], left_out: re.Pattern[str]) -> Iterator[tuple[str, os.stat_result]]:
    waiting = [*paths]
    while waiting:
        path = waiting.pop()
        if left_out.fullmatch(path):
            continue
        try:
            at = os.lstat(path)
            if stat.S_ISDIR(at.st_mode):
                waiting += [str(entry) for entry in Path(path).iterdir()]
        except OSError:
            continue  # it is gone since; what cannot be read is what the backup reports
        yield path, at


def _pattern(text: str) -> str:
    """A pattern of restic's, in which ``*`` stays within one folder, as a regular expression."""
    parts = [".*" if part == "**" else _component(part) for part in text.split("/")]
    return "/".join(parts)


def _component(text: str) -> str:
    letters = re.findall(r"\[[^\]]+\]|.", text, re.DOTALL)
    wild = {"*": "[^/]*", "?": "[^/]"}
    return "".join(one if len(one) > 1 else wild.get(one, re.escape(one)) for one in letters)


def _has_a_hole(path: str) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return os.lseek(descriptor, 0, os.SEEK_HOLE) < os.fstat(descriptor).st_size
    except OSError:
        return False
    finally:
        os.close(descriptor)


def sample(found: Found) -> list[dict[str, Any]]:
    """Checksums of files taken at random, each time others."""
    taken, size = [], 0
    for _, path in heapq.nsmallest(SAMPLE_FILES, found.small):
        if size > SAMPLE_BYTES:
            break
        if one := fingerprint(path):
            taken.append(one)
            size += one["bytes"]
    return taken


def fingerprint(path: str) -> dict[str, Any] | None:
    """A file's size, time, owner by name and SHA-256; None where it is gone or changes meanwhile."""
    digest = hashlib.sha256()
    try:
        with Path(path).open("rb") as file:
            before = os.fstat(file.fileno())
            while block := file.read(2**20):
                digest.update(block)
            after = os.fstat(file.fileno())
    except OSError:
        return None
    if _version(before) != _version(after):
        return None
    return {
        "path": path,
        "bytes": after.st_size,
        "changed_ns": after.st_mtime_ns,
        "inode": after.st_ino,
        "user": user_name(after.st_uid),
        "group": group_name(after.st_gid),
        "sha256": digest.hexdigest(),
    }


def unchanged(one: Mapping[str, Any]) -> bool:
    """Whether a file is as its fingerprint was taken."""
    try:
        at = Path(one["path"]).stat()
    except OSError:
        return False
    return (at.st_size, at.st_mtime_ns, at.st_ino) == (one["bytes"], one["changed_ns"], one["inode"])


def _version(at: os.stat_result) -> tuple[int, int, int]:
    return at.st_size, at.st_mtime_ns, at.st_ctime_ns


def names(found: Found) -> dict[str, dict[str, str]]:
    """Names of the accounts and groups that own it, by number."""
    return {"users": named(found.users, user_name), "groups": named(found.groups, group_name)}


def user_name(number: int) -> str | None:
    """Of this host."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return None


def group_name(number: int) -> str | None:
    """Of this host."""
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return None
