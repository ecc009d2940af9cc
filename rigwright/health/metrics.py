"""What the host tells Prometheus every minute: failed logins, a needed reboot, the last review of access.

It runs on the host as ``/usr/local/lib/rigwright/base/metrics.pyz``, under the host's own Python (3.10 and
newer). It writes one file for the node exporter, in which no user and no address stands, and nothing else.
The first line of that file is its memory: figures and the place in the journal change together.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from facts.values import at
from rigwright.health.check import Verdict
from rigwright.health.machine import reboot_of, waits
from rigwright.host import asking, health, logins
from rigwright.host.collected import FOLDER, write

PATH = f"{FOLDER}/rigwright_host.prom"
REVIEWED = "/var/lib/rigwright/access-reviewed"
LIMIT_SECONDS = 10
NEEDED = {Verdict.OK: 0, Verdict.WARNING: 1}


def remembered(text: str) -> logins.Tally | None:
    """What an earlier run counted; None where there was none, or somebody else wrote the file."""
    try:
        kept = json.loads(text.partition("\n")[0].removeprefix("# "))
    except ValueError:
        return None
    cursor, failed = at(kept, "cursor"), at(kept, "failed")
    if not isinstance(cursor, str) or not isinstance(failed, Mapping):
        return None
    whole = all(name in logins.FAILED and isinstance(count, int) for name, count in failed.items())
    return logins.Tally(cursor, failed) if whole and re.fullmatch(logins.CURSOR, cursor) else None


def reboot_needed() -> Verdict:
    """Whether it waits for a reboot, as ``rig health`` judges it."""
    found = health.reboot()
    loaded = found["driver_loaded"] is not None
    answers = {"driver": asking.ask(health.DRIVER, LIMIT_SECONDS)} if loaded else {}
    return waits(reboot_of({"reboot": found, "answers": answers})).verdict


def reviewed_at(text: str) -> int:
    """When who has access was reviewed last, in seconds since the epoch; 0: never, or nobody can tell."""
    first = text.partition(" ")[0]
    return int(first) if first.isdecimal() else 0


def lines(tally: logins.Tally, reboot: Verdict, reviewed: int, now: float) -> Iterator[str]:
    """The file: what could not be told is left out."""
    yield "# " + json.dumps({"cursor": tally.cursor, "failed": dict(tally.failed)})
    yield "# HELP rigwright_failed_logins_total Logins that failed since the count began."
    yield "# TYPE rigwright_failed_logins_total counter"
    for service, count in sorted(tally.failed.items()):
        yield f'rigwright_failed_logins_total{{service="{service}"}} {count}'
    if reboot in NEEDED:
        yield "# HELP rigwright_reboot_required Whether the host waits for a reboot."
        yield "# TYPE rigwright_reboot_required gauge"
        yield f"rigwright_reboot_required {NEEDED[reboot]}"
    yield "# HELP rigwright_access_reviewed_timestamp_seconds When somebody last reviewed who has access."
    yield "# TYPE rigwright_access_reviewed_timestamp_seconds gauge"
    yield f"rigwright_access_reviewed_timestamp_seconds {reviewed}"
    yield "# HELP rigwright_host_metrics_timestamp_seconds When these figures were told."
    yield "# TYPE rigwright_host_metrics_timestamp_seconds gauge"
    yield f"rigwright_host_metrics_timestamp_seconds {now:.0f}"


def main() -> int:
    """Count on, look, and tell. Exit code 1: it could not, and the old figures stand."""
    try:
        tally = logins.tally(remembered(asking.read(PATH) or ""))
    except (OSError, subprocess.CalledProcessError, ValueError, KeyError) as error:
        sys.stderr.write(f"the journal cannot be read: {error}\n")
        return 1
    if not Path(FOLDER).is_dir():
        return 0
    reviewed = reviewed_at(asking.read(REVIEWED) or "")
    write(PATH, "\n".join([*lines(tally, reboot_needed(), reviewed, time.time()), ""]), 0o644)
    return 0
