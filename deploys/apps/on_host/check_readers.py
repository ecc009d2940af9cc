"""What tools print that checks before a release ask, as values. Pure but for a file's age."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

METRICS_SECONDS = 600
"""They are written each minute."""
SAMPLE = re.compile(r'^rigwright_backup_(newest_timestamp|late)_seconds\{data="((?:[^"\\]|\\.)*)"\} (\S+)$')
CERTIFICATE = re.compile(r"^\s*ssl_certificate\s+\"?([^\s\";$]+)\"?\s*;", re.MULTILINE)
AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB$", re.MULTILINE)
LEAP, FIELDS = -1, 14
UNSYNCHRONISED = "Not synchronised"


def size(count: float) -> str:
    """Bytes as a person reads them."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:  # noqa: PLR2004  the next unit
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def available(meminfo: str) -> int:
    """What programs may take without anything being swapped, in bytes.

    Raises:
        ValueError: The text has none.
    """
    found = AVAILABLE.search(meminfo)
    if not found:
        raise ValueError("no MemAvailable in /proc/meminfo")
    return int(found[1]) * 1024


def certificates(configuration: str) -> list[str]:
    """The files of certificates in what ``nginx -T`` prints, each once."""
    return list(dict.fromkeys(CERTIFICATE.findall(configuration)))


def age(path: Path) -> float:
    """Seconds since a file was written; infinite where there is none."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def late_backups(metrics: str) -> tuple[list[str], int]:
    """Which data has no backup as new as promised, in words, and of how much data anything is promised."""
    found: dict[str, dict[str, float]] = {}
    for line in metrics.splitlines():
        if sample := SAMPLE.match(line):
            found.setdefault(sample[2], {})[sample[1]] = float(sample[3])
    late = []
    for data, one in sorted(found.items()):
        newest, most = one.get("newest_timestamp"), one.get("late")
        if newest is None:
            late.append(f"{data} has no backup")
        elif most is not None and time.time() - newest > most:
            late.append(f"the newest of {data} is {(time.time() - newest) / 3600:.1f} h old")
    return late, len(found)


def firing(alerts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of alerts as Alertmanager has them, but for those of severity ``none``, which always fire."""
    return sorted(
        {str(one["labels"]["alertname"]) for one in alerts if one["labels"].get("severity") != "none"}
    )


def synchronised(tracking: str) -> bool:
    """Whether chronyd's clock follows a source, by ``chronyc -c tracking``.

    Raises:
        ValueError: It prints something else.
    """
    fields = tracking.strip().split(",")
    if len(fields) != FIELDS:
        raise ValueError(f"chronyc prints {tracking[:60]!r}")
    return fields[LEAP] != UNSYNCHRONISED
