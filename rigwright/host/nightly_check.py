"""Compare this host with what was applied to it last, from the manifests on it alone.

It runs on the host as ``/var/lib/rigwright/bin/nightly.pyz``, under the host's own Python (3.10 and newer).
It changes nothing but ``/var/lib/rigwright/drift.json``, the metrics,
and until when loads of services are known.

Exit codes: 0 in sync, 2 drift, 1 state unknown.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from rigwright.compare.acceptance import accepted_by, apart
from rigwright.compare.subsystem import compare
from rigwright.compare.unmanaged import TOOLKIT, unmanaged_findings
from rigwright.desired import Desired
from rigwright.drift.nightly_report import NightlyRun, journal_lines, metrics, stored
from rigwright.errors import RigError
from rigwright.finding import Severity
from rigwright.host import scan
from rigwright.host.loads import write_known_until
from rigwright.host.observe import manifests, observe
from rigwright.host.textfile_writer import FOLDER, write
from rigwright.host.tools import STATE
from rigwright.host.unmanaged import nightly
from rigwright.observed.manifest import restore
from rigwright.observed.model import Observed, parse, query

WAIT_SECONDS = 600  # longer than a change takes
PAUSE_SECONDS = 5
NEXT_STEP = "rig apply, from the operator's machine"
PRIORITIES = {Severity.ERROR: "<3>", Severity.WARNING: "<4>", Severity.INFO: "<6>"}


def applied_state(found: Mapping[str, Mapping[str, Any] | None]) -> tuple[list[Desired], list[str]]:
    """The desired state of every manifest, and errors of those that are missing or cannot be read.

    The toolkit's own manifest names the subsystems that must have one. Any other manifest without a path
    belongs to a subsystem that was removed.

    Args:
        found: The manifests on the host by subsystem, None for one that is damaged.
    """
    if not found:
        nothing = "nothing was ever applied here, or every manifest was removed"
        return [], [str(RigError(nothing, file=f"{STATE}/manifests", next_step=NEXT_STEP))]
    desired: list[Desired] = []
    errors: list[str] = []
    declared = declared_subsystems(found.get(TOOLKIT))
    for name in sorted({*found, *declared}):
        if name not in found:
            errors.append(missing(name))
            continue
        applied = found[name]
        if applied is not None and not applied.get("paths") and name not in declared:
            continue
        try:
            desired.append(restore(name, applied or {}))
        except RigError as error:
            errors.append(str(error))
    return desired, errors


def declared_subsystems(toolkit: Mapping[str, Any] | None) -> set[str]:
    """The subsystems that the toolkit's own manifest names, and itself; it alone where that is unreadable."""
    try:
        return {TOOLKIT, *restore(TOOLKIT, toolkit or {}).subsystems}
    except RigError:
        return {TOOLKIT}


def missing(name: str) -> str:
    """The error for a subsystem that is declared and has no manifest."""
    return str(
        RigError(
            f"the manifest of {name} is missing: it was removed, or {name} was never applied whole",
            file=f"{STATE}/manifests/{name}.json",
            next_step=NEXT_STEP,
        )
    )


def observed_state(desired: list[Desired]) -> tuple[Observed, float]:
    """The observed state of the host while no transaction runs, and since when it was observed (monotonic).

    Raises:
        RigError: One runs all the time.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        began = time.monotonic()
        output = observe(json.loads(query(desired, everything=True)))
        observed = parse(json.dumps(output), host=socket.gethostname())
        if not observed.busy:
            return observed, began
        if time.monotonic() > deadline:
            what = f"a change was running all the time: {observed.holder}"
            raise RigError(what, next_step="systemctl status 'rigwright-*'")
        time.sleep(PAUSE_SECONDS)


def check() -> NightlyRun:
    """One run."""
    at, host = time.time(), socket.gethostname()
    desired, errors = applied_state(manifests())
    if not any(one.subsystem == TOOLKIT for one in desired):
        return NightlyRun(at, errors=tuple(errors))
    try:
        scan.make({path for one in desired for path in (*one.paths, *one.preserved)})
        observed, began = observed_state(desired)
    except RigError as error:
        return NightlyRun(at, errors=(*errors, str(error)))
    findings = [finding for one in desired for finding in compare(host, one, observed)]
    if observed.unmanaged and not errors:
        findings += unmanaged_findings(host, desired, observed.unmanaged, findings)
    today = datetime.fromtimestamp(at, timezone.utc).date()
    opened, closed = apart(findings, accepted_by(desired), today)
    if not errors:
        differing = {finding.subsystem for finding in opened}
        know_loads({one.subsystem for one in desired} - differing, observed, began)
    return NightlyRun(at, tuple(one.subsystem for one in desired), opened, tuple(errors), closed)


def know_loads(in_sync: set[str], observed: Observed, began: float) -> None:
    """Keep that what these subsystems have loaded until then is what is on the disk, such as after a boot."""
    for name in in_sync:
        loads = observed.subsystems[name].loads.values()
        if any(one.known_until is None or one.loaded > one.known_until for one in loads):
            write_known_until(name, began)


def store(run: NightlyRun, result: Mapping[str, Any]) -> None:
    """Write what the next run, the operator's machine and Prometheus read."""
    write(f"{STATE}/drift.json", json.dumps(result, indent=1) + "\n", 0o600)
    if os.path.isdir(FOLDER):
        write(f"{FOLDER}/rigwright_drift.prom", metrics(run, result), 0o644)


def main() -> int:
    """Check, print and store. Any failure is printed and stored as well: silence would read as in sync."""
    started = time.time()
    try:
        run = check()
    except Exception as error:  # noqa: BLE001  see above
        run = NightlyRun(started, errors=(f"the check itself failed: {type(error).__name__}: {error}",))
    result = stored(run, nightly())
    for severity, line in journal_lines(run, result):
        prefix = PRIORITIES[severity] if "JOURNAL_STREAM" in os.environ else ""
        sys.stdout.write(f"{prefix}{line.encode('ascii', 'backslashreplace').decode()}\n")
    sys.stdout.flush()
    store(run, result)
    return int(run.exit)
