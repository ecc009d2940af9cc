"""The host's metrics for Prometheus, every minute: failed logins, a needed reboot, upgrades, access reviews.

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
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from facts import commands
from facts.values import at
from rigwright.health.check import Verdict
from rigwright.health.exposition import Exposition, Family
from rigwright.health.machine import reboot_of, waits
from rigwright.host import health, logins, tool_output, upgrades
from rigwright.host.textfile_writer import FOLDER, write

PATH = f"{FOLDER}/rigwright_host.prom"
REVIEWED = "/var/lib/rigwright/access-reviewed"
LIMIT_SECONDS = 10
NEEDED = {Verdict.OK: 0, Verdict.WARNING: 1}
FAILED = Family("rigwright_failed_logins_total", "Logins that failed since the count began.")
REBOOT = Family("rigwright_reboot_required", "Whether the host waits for a reboot.")
UPGRADES = Family("rigwright_upgrades_pending", "Upgrades of packages that wait, those of held packages too.")
UPGRADES_CLEAR = Family(
    "rigwright_upgrades_clear_timestamp_seconds", "When no upgrade of this kind waited last."
)
LISTS = Family("rigwright_package_lists_timestamp_seconds", "When apt last brought its lists up to date.")
ACCESS_REVIEWED = Family(
    "rigwright_access_reviewed_timestamp_seconds", "When an operator last reviewed who has access."
)
NOW = Family("rigwright_host_metrics_timestamp_seconds", "When these metrics were written.")


@dataclass(frozen=True)
class Snapshot:
    """What one run exposes.

    Attributes:
        tally: Failed logins.
        reboot: Whether the host waits for one.
        upgrades: Those that wait.
        refreshed: When the package lists were last brought up to date; None: there are none.
        reviewed: When an operator last reviewed who has access; 0: never.
        now: In seconds since the epoch, as all of these.
    """

    tally: logins.Tally
    reboot: Verdict
    upgrades: upgrades.Pending
    refreshed: int | None
    reviewed: int
    now: float


def memory(text: str) -> object:
    """The first line of what an earlier run wrote; None where there was none."""
    try:
        return json.loads(text.partition("\n")[0].removeprefix("# "))
    except ValueError:
        return None


def remembered(kept: object) -> logins.Tally | None:
    """What an earlier run counted; None where there was none, or another program wrote the file."""
    cursor, failed = at(kept, "cursor"), at(kept, "failed")
    if not isinstance(cursor, str) or not isinstance(failed, Mapping):
        return None
    whole = all(name in logins.FAILED and isinstance(count, int) for name, count in failed.items())
    return logins.Tally(cursor, failed) if whole and re.fullmatch(logins.CURSOR, cursor) else None


def reboot_needed() -> Verdict:
    """Whether it waits for a reboot, as ``rig health`` judges it."""
    found = health.reboot()
    loaded = found["driver_loaded"] is not None
    outputs = {"driver": tool_output.run(commands.DRIVER, LIMIT_SECONDS)} if loaded else {}
    return waits(reboot_of({"reboot": found, "outputs": outputs})).verdict


def reviewed_at(text: str) -> int:
    """When who has access was reviewed last, in seconds since the epoch; 0: never, or unknown."""
    first = text.partition(" ")[0]
    return int(first) if first.isdecimal() else 0


def text(snapshot: Snapshot) -> str:
    """The file: what is unknown is left out."""
    counts = {"cursor": snapshot.tally.cursor, "failed": dict(snapshot.tally.failed)}
    exposition = Exposition()
    for service, count in sorted(snapshot.tally.failed.items()):
        exposition.add_sample(FAILED, count, service=service)
    if snapshot.reboot in NEEDED:
        exposition.add_sample(REBOOT, NEEDED[snapshot.reboot])
    for kind, count in snapshot.upgrades.counts.items():
        exposition.add_sample(UPGRADES, count, kind=kind)
    for kind, clear in snapshot.upgrades.clear.items():
        exposition.add_sample(UPGRADES_CLEAR, clear, kind=kind)
    if snapshot.refreshed is not None:
        exposition.add_sample(LISTS, snapshot.refreshed)
    exposition.add_sample(ACCESS_REVIEWED, snapshot.reviewed)
    exposition.add_sample(NOW, round(snapshot.now))
    return f"# {json.dumps({**counts, 'upgrades': asdict(snapshot.upgrades)})}\n{exposition.text()}"


def main() -> int:
    """Count on, query, and expose. Exit code 1: it could not, and the old figures stand."""
    kept = memory(tool_output.read(PATH) or "")
    try:
        tally = logins.tally(remembered(kept))
    except (OSError, subprocess.CalledProcessError, ValueError, KeyError) as error:
        sys.stderr.write(f"the journal cannot be read: {error}\n")
        return 1
    if not Path(FOLDER).is_dir():
        return 0
    now = time.time()
    snapshot = Snapshot(
        tally,
        reboot_needed(),
        upgrades.query(upgrades.remembered(at(kept, "upgrades")), now),
        upgrades.refreshed_at(),
        reviewed_at(tool_output.read(REVIEWED) or ""),
        now,
    )
    write(PATH, text(snapshot), 0o644)
    return 0
