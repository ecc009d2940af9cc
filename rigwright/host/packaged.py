"""What dpkg knows of this host's files: which packages ship, with which content, and what they may be set to.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
It reads dpkg's own files, which is a hundred times faster than ``dpkg -S`` for each path.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import stat

DPKG = "/var/lib/dpkg"
UCF = "/var/lib/ucf/hashfile"
MERGED = re.compile(r"/(bin|sbin|lib|lib32|lib64|libx32)/")
"""Folders that are links into ``/usr``; older packages name their files by the link."""
CONFFILES = re.compile(r"^Conffiles:\n((?: .*\n)+)", re.MULTILINE)
CHANGES_MODE = re.compile(r"^[^#\n]*\b(?:chmod|dpkg-statoverride)\b[^\n]*", re.MULTILINE)
MAX_BYTES = 16 * 2**20  # of a configuration file; a bigger one counts as changed
OWN_SUFFIXES = (".dpkg-old", ".dpkg-dist", ".dpkg-new", ".dpkg-bak", ".ucf-old", ".ucf-dist", ".ucf-new")


def text(path: str) -> str:
    """A file's text, with bytes that are none as surrogates; empty where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read())
    except OSError:
        return ""


def content(path: str) -> bytes | None:
    """The content of a regular file, None where it is none, cannot be read, or is too long."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        try:
            about = os.fstat(descriptor)
            regular = stat.S_ISREG(about.st_mode) and about.st_size <= MAX_BYTES
            return file.read(MAX_BYTES) if regular else None
        except OSError:
            return None


def md5(data: bytes) -> str:
    """As dpkg writes it."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


class Packages:
    """The files of all packages, as dpkg's own files list them.

    Attributes:
        conffiles: MD5 as shipped, by path; also of what ucf keeps for a package.
        overrides: Paths of which ``dpkg-statoverride`` sets owner and mode.
    """

    def __init__(self, dpkg: str = DPKG, ucf: str = UCF) -> None:
        self._info = f"{dpkg}/info"
        self._paths = {path for name in self._names(".list") for path in text(name).split("\n")}
        self._diverted = self._diversions(text(f"{dpkg}/diversions").split("\n"))
        rows = (line.split() for line in text(ucf).splitlines())
        self.conffiles = {fields[1]: fields[0] for fields in rows if len(fields) == 2}  # noqa: PLR2004
        for block in CONFFILES.findall(text(f"{dpkg}/status")):
            for row in block.splitlines():
                path, _, rest = row.strip().partition(" ")
                self.conffiles[path] = rest.split(" ")[0]
        fields = (line.split(None, 3) for line in text(f"{dpkg}/statoverride").splitlines())
        self.overrides = {one[3] for one in fields if len(one) == 4}  # noqa: PLR2004

    def _names(self, suffix: str) -> list[str]:
        try:
            return [f"{self._info}/{name}" for name in os.listdir(self._info) if name.endswith(suffix)]
        except OSError:
            return []

    @functools.cached_property
    def changes_of_mode(self) -> str:
        """The lines of all packages' own scripts that give files their modes."""
        scripts = map(text, sorted(self._names(".postinst")))
        return "\n".join(line for script in scripts for line in CHANGES_MODE.findall(script))

    def _diversions(self, lines: list[str]) -> dict[str, tuple[str, str]]:
        """Where a diverted file lies, and of which package it is not; dpkg writes three lines for each."""
        rows = zip(lines[::3], lines[1::3], lines[2::3], strict=False)
        return {path: (other, package) for path, other, package in rows}

    def ships(self, path: str) -> bool:
        """Whether a package has a file of this path."""
        return path in self._paths or (path.startswith("/usr/") and path[4:] in self._paths)

    def pristine(self, path: str) -> bool | None:
        """Whether a configuration file is as its package ships it; None where no package has its hash."""
        wanted = self.conffiles.get(path)
        if wanted is None or len(wanted) != 32:  # noqa: PLR2004  an MD5; dpkg writes a word for a new one
            return None
        data = content(path)
        return data is not None and md5(data) == wanted

    def sums(self, wanted: re.Pattern[str]) -> dict[str, str]:
        """The MD5 of every shipped file whose path matches; a diverted file's by the path where it lies."""
        found: dict[str, str] = {}
        for name in self._names(".md5sums"):
            package = os.path.basename(name).removesuffix(".md5sums").partition(":")[0]
            for line in text(name).split("\n"):
                path = f"/{line[34:]}"
                if line and wanted.match(path):
                    other, diverter = self._diverted.get(path, (path, package))
                    found[path if diverter == package else other] = line[:32]
        return found


def real(path: str) -> str:
    """The path below ``/usr`` of one that begins with a link to there."""
    return f"/usr{path}" if MERGED.match(path) else path
