"""Prints which declared data is there, and which data of the host nothing declares, as one JSON object.

Argument: JSON with ``protected``, lists of name, paths and the number of files that there are at least, and
``patterns`` of paths that each hold data. A path is a shell pattern. It reads names and no content, stops at
the first file of a folder, and enters no file system of another machine.
"""

from __future__ import annotations

import glob
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

REMOTE = re.compile(r"9p|afs|ceph|cifs|fuse\..*|glusterfs|nfs4?|smb3|virtiofs")
ANONYMOUS = re.compile(r".*/volumes/[0-9a-f]{64}/_data")
"""A volume that an image brought along and no stack names: it goes with its container."""
MOUNT_POINT = 4
"""Its field in a line of ``/proc/self/mountinfo`` (proc_pid_mountinfo(5)), from 0."""


def remote_mounts() -> set[str]:
    """Where file systems of other machines are mounted: one that is away would hold up whoever enters it."""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
        rows = [
            (before.split(), after.split()) for before, _, after in (line.partition(" - ") for line in lines)
        ]
    found = (fields[MOUNT_POINT] for fields, kind in rows if kind and REMOTE.fullmatch(kind[0]))
    return {re.sub(r"\\([0-7]{3})", lambda one: chr(int(one[1], 8)), path) for path in found}


def kind(entry: os.DirEntry[str]) -> str:
    """What a directory holds there; a link, a socket and what cannot be read are neither."""
    try:
        if entry.is_file(follow_symlinks=False):
            return "file"
        return "folder" if entry.is_dir(follow_symlinks=False) else ""
    except OSError:
        return ""


def files(path: str, remote: set[str]) -> Iterator[str]:
    """Regular files at and below a path; what cannot be read holds none."""
    if os.path.isfile(path):
        yield path
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        if folder in remote:
            continue
        try:
            with os.scandir(folder) as found:
                entries = [(entry.path, kind(entry)) for entry in found]
        except OSError:
            continue
        yield from (one for one, what in entries if what == "file")
        waiting += [one for one, what in entries if what == "folder"]


def hold(paths: Iterable[str], count: int, remote: set[str]) -> bool:
    """Whether something of these paths exists, and they hold so many files."""
    found = [path for pattern in paths for path in glob.glob(pattern)]
    every = (file for path in found for file in files(path, remote))
    return bool(found) and len(list(islice(every, count))) == count


def below(path: str, parents: Iterable[str]) -> bool:
    """Whether it is one of these, or in one."""
    return any(path == one or path.startswith(one.rstrip("/") + "/") for one in parents)


def undeclared(patterns: Iterable[str], declared: set[str], remote: set[str]) -> Iterator[str]:
    """Paths of these patterns that hold a file, and are neither declared nor another machine's."""
    for path in sorted({path for pattern in patterns for path in glob.glob(pattern)}):
        real = os.path.realpath(path)
        left_out = ANONYMOUS.fullmatch(path) or below(real, remote) or below(real, declared)
        if not left_out and next(files(real, remote), None):
            yield path


def main() -> None:
    """Print the states."""
    given = json.loads(sys.argv[1])
    remote = remote_mounts()
    states = {
        name: "there" if hold(paths, count, remote) else "missing"
        for name, paths, count in given["protected"]
    }
    patterns = [pattern for _, paths, _ in given["protected"] for pattern in paths]
    declared = {os.path.realpath(path) for pattern in patterns for path in (pattern, *glob.glob(pattern))}
    for path in undeclared(given["patterns"], declared, remote):
        states[path] = "nothing declares it"
    print(json.dumps(states, sort_keys=True))


main()
