"""What ``zpool status`` and ``zpool list -H -p`` of ZFS 2.1 and 2.2 print, in the structure of 2.3's JSON.

Names of pools and devices may have blanks, and bytes that are no ASCII move the columns: a row is read by its
words from the right, and its place in the tree by its indentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

LIST_COLUMNS = ("name", "size", "allocated", "free", "fragmentation", "capacity", "health")
"""What ``zpool list -H -p -o`` prints, in this order."""
HEAD = re.compile(
    r"^ *(pool|state|status|action|scan|remove|checkpoint|expand|config|errors|see|comment|dedup): ?(.*)$"
)
SCAN = re.compile(
    r"^(?P<error>error )?(?P<function>scrub|resilver)(?:ed)? (?P<vdev>\(.+?\) )?"
    r"(?P<state>repaired|in progress|canceled|paused|\d+ error blocks)?"
)
CTIME = r"[A-Z][a-z]{2} +[A-Z][a-z]{2} +\d{1,2} +\d\d:\d\d:\d\d(?: +[A-Z]\S*)? +\d{4}"
ENDED = re.compile(rf"(?:with (?P<errors>\d+) errors )?on (?P<end>{CTIME})")
STARTED = re.compile(rf"(?:in progress since|started on) +(?P<start>{CTIME})")
DATA_ERRORS = re.compile(r"^(\d+) data errors")
STATES = {"repaired": "FINISHED", "in progress": "SCANNING", "canceled": "CANCELED", "paused": "SCANNING"}
REBUILD = {"SCANNING": "ACTIVE", "FINISHED": "COMPLETE"}
CLASSES = {"logs": "logs", "cache": "l2cache", "spares": "spares", "special": "special", "dedup": "dedup"}
COLUMNS = {
    "READ": "read_errors",
    "WRITE": "write_errors",
    "CKSUM": "checksum_errors",
    "SLOW": "slow_ios",
}
NO_ERRORS = "No known data errors"
COUNTERS = 3
"""Without ``-s`` there is no column of slow I/Os."""
COUNTER = r"\d[\d.]*[A-Z]?|-"
PLAIN = re.compile(r"\s*(\S(?:.*?\S)?) +([A-Z]+)(?: +(.*))?$")
"""A spare, which counts nothing."""
WAS = "was "


def status(text: str) -> dict[str, object] | None:
    """The pools of ``zpool status -p``, None where there is no pool."""
    pools: dict[str, object] = {}
    name, fields = "", dict[str, list[list[str]]]()
    lines: list[str] = []
    for line in [*text.split("\n"), "  pool: "]:  # str.splitlines would divide names at other characters
        match = HEAD.match(line)
        if match and match[1] == "pool":
            if name:
                pools[name] = _pool(name, fields)
            name, fields, lines = match[2], {}, []
        elif match:
            lines = [match[2]]
            fields.setdefault(match[1], []).append(lines)
        else:
            lines.append(line)
    return {"pools": pools} if pools else None


def _pool(name: str, fields: Mapping[str, list[list[str]]]) -> dict[str, object]:
    def field(key: str) -> str | None:
        return next(_joined(fields.get(key, [])), None)

    errors = field("errors")
    count = DATA_ERRORS.match(errors or "")
    (config, *_) = fields.get("config", [[]])
    return {
        "name": name,
        "state": field("state"),
        "status": field("status"),
        "error_count": count[1] if count else ("0" if errors == NO_ERRORS else errors),
        "scan_stats": _scans(list(_joined(fields.get("scan", [])))),
        **_tree(config),
    }


def _joined(every: list[list[str]]) -> Iterator[str]:
    for lines in every:
        if words := " ".join(" ".join(lines).split()):
            yield words


def _scans(lines: list[str]) -> dict[str, object] | None:
    """The last scrub or resilver; those that rebuild one device by device are kept apart, as in JSON."""
    found: dict[str, object] = {}
    rebuilds: dict[str, object] = {}
    for line in lines:
        kind = SCAN.match(line)
        if line.startswith("none requested"):
            continue
        if not kind:
            found.setdefault("function", "UNKNOWN")
            found.setdefault("state", line)
        elif kind["vdev"]:
            one = _scan(line, kind)
            rebuilds[kind["vdev"]] = {**one, "state": REBUILD.get(str(one["state"]), one["state"])}
        else:
            found.update(_scan(line, kind))
    return {**found, **({"rebuild_stats": rebuilds} if rebuilds else {})} or None


def _scan(line: str, kind: re.Match[str]) -> dict[str, object]:
    ended, started = ENDED.search(line), STARTED.search(line)
    of_errors = kind["error"] or (kind["state"] or "").endswith("error blocks")
    state = STATES.get(kind["state"] or "", "FINISHED" if ended else "UNKNOWN")
    found: dict[str, object] = {
        "function": "ERRORSCRUB" if of_errors else kind["function"].upper(),
        "state": state,
        "scrub_pause": 1 if kind["state"] == "paused" else 0,
        "start_time": started["start"] if started else None,
    }
    if ended and state != "SCANNING":
        found.update({"errors": ended["errors"], "end_time": ended["end"]})
    return found


def _tree(lines: list[str]) -> dict[str, object]:
    """The devices below the pool, and below the words for its other classes, each below its group."""
    found: dict[str, object] = {}
    stack: list[tuple[int, dict[str, object]]] = []
    columns, spares = list(COLUMNS)[:COUNTERS], False
    for line in lines:
        words = line.split()
        if words[:2] == ["NAME", "STATE"]:
            columns = [one for one in words[2:] if one in COLUMNS]
        elif len(words) == 1 and words[0] in CLASSES:
            spares = words[0] == "spares"
            stack = [(-1, {"vdevs": found.setdefault(CLASSES[words[0]], {})})]
        elif row := _device(line, columns, counts=not spares):
            depth = len(line) - len(line.lstrip())
            stack = [one for one in stack if one[0] < depth]
            below = (stack[-1][1] if stack else found).setdefault("vdevs", {})
            if isinstance(below, dict):
                below[f"{len(below)}"] = row
            stack.append((depth, row))
    return found


def _device(line: str, columns: list[str], *, counts: bool) -> dict[str, object] | None:
    counters = "".join(rf" +({COUNTER})" for _ in columns)
    match = re.match(rf"\s*(\S(?:.*?\S)?) +([A-Z]+){counters}(?: +(\D.*)| *)$", line)
    plain = None if match else PLAIN.match(line)
    if match:
        name, state, *counted, said = match.groups()
    elif plain:
        name, state, said = plain.groups()
        counted = [None if counts is False else said or "no counters"] * len(columns)
    else:
        return None
    return {
        "name": name,
        "state": state,
        **{COLUMNS[column]: value for column, value in zip(columns, counted, strict=True)},
        **({"was": said[len(WAS) :]} if said and said.startswith(WAS) else {}),
    }


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
