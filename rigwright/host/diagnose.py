"""The state of this host's units, its health, and what happened here, as JSON on standard output.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing. What
cannot be read is left out, so that it prints what is known on a host where much is broken.
"""

from __future__ import annotations

import glob
import json
import os
import sys
import time
from collections.abc import Iterable
from typing import Any

from rigwright.host import health
from rigwright.host.events import events, lines
from rigwright.host.tools import STATE, run

PROPERTIES = (
    *("Id", "LoadState", "ActiveState", "SubState", "Result", "Type", "UnitFileState", "NRestarts"),
    *("InactiveEnterTimestampMonotonic", "StateChangeTimestampMonotonic", "ActiveEnterTimestampMonotonic"),
    "ConditionResult",
)
KINDS = ("*.service", "*.timer", "*.socket", "*.mount")
LINES, MOST = 5, 10
"""Lines of a unit, and how many units' lines, so that a host where all fails prints no flood."""


def units(named: Iterable[str]) -> list[dict[str, str]]:
    """Properties of every loaded unit, and of those of these names."""
    asked = ("--no-pager", "--all", f"--property={','.join(PROPERTIES)}", "--", *KINDS, *named)
    blocks = (block.splitlines() for block in run("systemctl", "show", *asked).split("\n\n"))
    rows = [dict(row.split("=", 1) for row in block if "=" in row) for block in blocks]
    return list({row["Id"]: row for row in rows if "Id" in row}.values())


def declared() -> dict[str, list[str]]:
    """Units that Rigwright keeps running here, by the subsystem that declares them."""
    found = map(wanted, sorted(glob.glob(f"{STATE}/manifests/*.json")))
    return dict(one for one in found if one)


def wanted(path: str) -> tuple[str, list[str]] | None:
    """The subsystem of a manifest, and the units that it keeps running; None for one that is damaged."""
    try:
        with open(path, encoding="utf-8") as file:
            manifest = json.load(file)
        names = [name for name, one in manifest["units"].items() if one["active"]]
        return str(manifest["subsystem"]), names
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def troubled(one: dict[str, str], meant: set[str]) -> bool:
    """Whether something may be wrong with a unit, so that its lines are needed."""
    stopped = one.get("ActiveState") == "inactive" and one.get("Id", "") in meant
    restarts = one.get("NRestarts", "0") not in ("0", "")
    return (
        one.get("ActiveState") == "failed" or "auto-restart" in one.get("SubState", "") or restarts or stopped
    )


def survey(hours: float, arguments: list[str]) -> dict[str, Any]:
    """Everything."""
    named = declared()
    meant = {name for names in named.values() for name in names}
    seen = units(sorted(meant))
    bad = [one["Id"] for one in seen if "Id" in one and troubled(one, meant)]
    quiet = [one.get("Id", "") for one in seen if one.get("Type") == "oneshot"]
    return {
        "now_seconds": time.time(),
        "monotonic_seconds": time.monotonic(),
        "units": seen,
        "declared": named,
        "lines": {name: lines(name, LINES) for name in bad[:MOST]},
        "events": events(hours, quiet),
        "health": health.survey(5.0, arguments),
    }


if __name__ == "__main__":
    json.dump(survey(float(sys.argv[1]), sys.argv[2:]), sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # a thread that waits for a process in the kernel would hold the exit up
