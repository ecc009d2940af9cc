"""Which vulnerabilities the installed packages have, by Debian's own list, for Prometheus.

It runs on the host as ``/usr/local/lib/rigwright/base/vulnerabilities.pyz SUITE SOURCE``, under the host's
own Python (3.10 and newer). debsecan fetches the list and compares; this counts, and writes one file for the
node exporter. What could not be fetched or read leaves the old figures, whose age shows it.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from pathlib import Path

from rigwright.health.exposition import Exposition, Family
from rigwright.host import tool_output
from rigwright.host.textfile_writer import FOLDER, write

PATH = f"{FOLDER}/rigwright_vulnerabilities.prom"
LIMIT_SECONDS = 300
LINE = re.compile(r"(?P<name>\S+) (?P<package>\S+)(?: \((?P<notes>[^()]+)\))?")
"""``CVE-2026-1234 perl (fixed, remotely exploitable, high urgency)``: debsecan's format ``summary``."""
NOTE = re.compile(r"fixed|remotely exploitable|obsolete|(?:low|medium|high) urgency")
URGENCIES = ("unrated", "low", "medium", "high")
FIXES = ("none", "available")
FOUND = Family(
    "rigwright_vulnerabilities",
    "Vulnerabilities of installed packages, by Debian's urgency and whether a fix can be installed.",
)
CLEAR = Family(
    "rigwright_vulnerabilities_clear_timestamp_seconds",
    "When none of high urgency had a fix last.",
)
SCANNED = Family("rigwright_vulnerabilities_timestamp_seconds", "When the packages were last compared.")
CLEAR_BEFORE = re.compile(rf"^{CLEAR.name} ([0-9]{{1,12}})$", re.MULTILINE)


def counted(summary: str) -> Counter[tuple[str, str]]:
    """How many vulnerabilities, by urgency and fix; each once, however many packages have it.

    Raises:
        ValueError: A line is none; it could hide one.
    """
    worst: dict[str, tuple[int, int]] = {}
    for line in summary.splitlines():
        match = LINE.fullmatch(line)
        notes = match["notes"].split(", ") if match and match["notes"] else []
        if not match or not all(NOTE.fullmatch(note) for note in notes):
            raise ValueError(f"debsecan printed what is no vulnerability: {line!r}")
        urgency = max((URGENCIES.index(note.split(" ")[0]) for note in notes if "urgency" in note), default=0)
        before = worst.get(match["name"], (0, 0))
        worst[match["name"]] = (max(before[0], urgency), max(before[1], int("fixed" in notes)))
    return Counter((URGENCIES[urgency], FIXES[fix]) for urgency, fix in worst.values())


def text(found: Counter[tuple[str, str]], before: str, now: float) -> str:
    """The file: every kind is exposed, so that none is missed by a rule.

    Args:
        found: How many, by urgency and fix.
        before: The file of the scan before; empty where there is none.
        now: In seconds since 1970.
    """
    clear = CLEAR_BEFORE.search(before) if found["high", "available"] else None
    page = Exposition()
    for urgency in URGENCIES:
        for fix in FIXES:
            page.add_sample(FOUND, found[urgency, fix], urgency=urgency, fix=fix)
    page.add_sample(CLEAR, int(clear[1]) if clear else int(now))
    page.add_sample(SCANNED, int(now))
    return page.text()


def main() -> int:
    """Compare, count and expose. Exit code 1: it could not, and the old figures stand."""
    suite, source = sys.argv[1:]
    command = ("debsecan", "--config", "/dev/null", "--suite", suite, "--source", source)
    output = tool_output.run((*command, "--format", "summary"), LIMIT_SECONDS)
    if output.get("code") != 0:
        why = output.get("error") or output.get("err") or "debsecan is not installed"
        sys.stderr.write(f"{str(why).strip()}\n")
        return 1
    try:
        found = counted(output["out"])
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if Path(FOLDER).is_dir():
        write(PATH, text(found, tool_output.read(PATH) or "", time.time()), 0o644)
    return 0
