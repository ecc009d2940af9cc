"""Files of packages whose content is not what the package ships, as ``debsums`` finds them.

A file that was compared once is not read again while its size, times and inode are the same.
Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from typing import TYPE_CHECKING

from rigwright.host.places import changed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rigwright.host.packaged import Packages
    from rigwright.host.places import Item

ANY = re.compile(r"/")
PROGRAMS = re.compile(
    r"/(usr/)?(s?bin/[^/]+|lib/systemd/[^/]+|lib/systemd/system/[^/]+|lib/[^/]+/security/[^/]+|lib/openssh/.+)$"
)
"""What runs as root on every host: ``rig drift`` compares those, and the nightly check everything."""
NOT_INSTALLED = re.compile(r"/usr/share/(doc|man|locale|info|help|gnome/help|omf|linda|lintian|bug)/")
"""Images leave them out."""
BLOCK_BYTES = 1 << 20


def signature(about: os.stat_result) -> str:
    """What changes whenever a file changes: the time of the inode cannot be set."""
    return f"{about.st_size}-{about.st_mtime_ns}-{about.st_ctime_ns}-{about.st_ino}"


class Check:
    """One comparison of many files.

    Attributes:
        good: Signature of every file that was found to be as shipped, by path.
        complete: Whether there was the time for all of them.
    """

    def __init__(self, known: dict[str, str], *, limit_bytes: float, limit_seconds: float) -> None:
        self.good: dict[str, str] = {}
        self.complete = True
        self._known = known
        self._left = limit_bytes
        self._deadline = time.monotonic() + limit_seconds

    def run(self, sums: dict[str, str], ignored: Collection[str]) -> Iterator[Item]:
        """Every file that is not as shipped; the newest first, as far as there is time."""
        unread: list[tuple[float, str, os.stat_result]] = []
        for path in sums:
            if path in ignored:
                continue
            try:
                about = os.stat(path)
            except (FileNotFoundError, NotADirectoryError):
                yield from self._missing(path)
                continue
            except OSError:
                continue
            if self._known.get(path) == signature(about):
                self.good[path] = signature(about)
            elif stat.S_ISREG(about.st_mode):
                unread.append((about.st_ctime, path, about))
        for _, path, about in sorted(unread, key=lambda one: (-one[0], one[1])):
            if self._left < about.st_size or time.monotonic() > self._deadline:
                self.complete = False
                continue
            self._left -= about.st_size
            yield from self._compared(path, about, sums[path])

    def _missing(self, path: str) -> Iterator[Item]:
        """Not reported of a whole folder that is not there, or of a link that leads nowhere."""
        if os.path.isdir(os.path.dirname(path)) and PROGRAMS.match(path) and not os.path.islink(path):
            yield _item(path, f"{path} is missing, which its package ships", "missing")

    def _compared(self, path: str, about: os.stat_result, wanted: str) -> Iterator[Item]:
        found = _md5(path)
        if found == wanted:
            self.good[path] = signature(about)
        elif found is not None:
            yield _item(path, f"{path} differs from what its package ships", f"md5:{found}")


def _item(path: str, what: str, actual: str) -> Item:
    return {
        "kind": "package.changed",
        "where": path,
        "what": what,
        "actual": actual,
        "changed": changed(path),
    }


def _md5(path: str) -> str | None:
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with open(path, "rb") as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()


def configuration(packages: Packages, ignored: Collection[str]) -> Iterator[Item]:
    """Configuration files that were changed: few and short, so that they are always read."""
    for path in sorted(packages.conffiles):
        changed_here = path not in ignored and path.startswith("/etc/") and packages.pristine(path) is False
        if changed_here and os.path.isfile(path) and not os.path.islink(path):
            yield _item(path, f"{path} differs from what its package ships", _actual(path))


def _actual(path: str) -> str:
    found = _md5(path)
    return f"md5:{found}" if found else "unreadable"
