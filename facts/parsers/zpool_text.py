"""What ``zpool status`` and ``zpool list -H -p`` of ZFS 2.1 and 2.2 print, in the structure of 2.3's JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping

LIST_COLUMNS = ("name", "size", "allocated", "free", "fragmentation", "capacity", "health")
"""What ``zpool list -H -p -o`` prints, in this order."""
HEAD = re.compile(r"^ *(pool|state|status|action|scan|remove|checkpoint|config|errors|see|comment): ?(.*)$")
SCAN = re.compile(r"^(scrub|resilver)(?:ed)? (repaired|in progress|canceled|paused)?")
ENDED = re.compile(r"with (\d+) errors on (.+)$")
DATA_ERRORS = re.compile(r"^(\d+) data errors")
STATES = {"repaired": "FINISHED", "in progress": "SCANNING", "canceled": "CANCELED", "paused": "SCANNING"}
GROUP = re.compile(r"^(mirror|raidz[123]?|draid\S*|spare|replacing|logs|cache|spares|special|dedup)(-\d+)?$")
COUNTERS = 5
"""Columns of a device: name, state, read, write, checksum."""


def status(text: str) -> dict[str, object] | None:
    """The pools of ``zpool status -p``, None where there is no pool."""
    pools: dict[str, object] = {}
    fields: dict[str, list[str]] = {}
    key = ""
    for line in [*text.splitlines(), "  pool: "]:
        match = HEAD.match(line)
        if match and match[1] == "pool":
            if name := " ".join(fields.get("pool", [])).strip():
                pools[name] = _pool(name, fields)
            fields = {}
        if match:
            key = match[1]
            fields[key] = [match[2]]
        elif key:
            fields[key].append(line)
    return {"pools": pools} if pools else None


def _pool(name: str, fields: Mapping[str, list[str]]) -> dict[str, object]:
    def field(key: str) -> str | None:
        return " ".join(" ".join(fields.get(key, ())).split()) or None

    errors = field("errors")
    count = DATA_ERRORS.match(errors or "")
    return {
        "name": name,
        "state": field("state"),
        "status": field("status"),
        "error_count": count[1] if count else ("0" if errors == "No known data errors" else errors),
        "scan_stats": _scan(field("scan") or ""),
        "vdevs": _devices(name, fields.get("config", [])),
    }


def _scan(line: str) -> dict[str, object] | None:
    kind = SCAN.match(line)
    if not kind:
        return None
    ended = ENDED.search(line)
    found: dict[str, object] = {
        "function": kind[1].upper(),
        "state": STATES.get(kind[2] or "", "FINISHED" if ended else "UNKNOWN"),
    }
    return {**found, "errors": ended[1], "end_time": ended[2]} if ended else found


def _devices(pool: str, lines: list[str]) -> dict[str, object]:
    """The leaves: every row that is neither the pool nor a group of devices."""
    found: dict[str, object] = {}
    for line in lines:
        words = line.split()
        if len(words) < 2 or words[0] in ("NAME", pool) or GROUP.match(words[0]):  # noqa: PLR2004  name, state
            continue
        counted = words[2:COUNTERS] if len(words) >= COUNTERS else [None, None, None]
        read, write, checksum = counted
        found[words[0]] = {
            "name": words[0],
            "state": words[1],
            "read_errors": read,
            "write_errors": write,
            "checksum_errors": checksum,
        }
    return found


def listing(text: str) -> dict[str, object] | None:
    """The pools of ``zpool list -H -p -o`` with :data:`LIST_COLUMNS`, None where a line is none."""
    pools: dict[str, object] = {}
    for line in text.splitlines():
        if not line.strip() or line.strip() == "no pools available":
            continue
        words = line.split("\t")
        if len(words) != len(LIST_COLUMNS):
            return None
        rows = dict(zip(LIST_COLUMNS, words, strict=True))
        pools[words[0]] = {"state": rows["health"], "properties": {k: {"value": v} for k, v in rows.items()}}
    return {"pools": pools}
