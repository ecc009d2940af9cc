"""Compare this host with what was applied to it last, from the records on it alone.

It runs on the host as ``/var/lib/rigwright/bin/nightly.pyz``, under the host's own Python (3.10 and newer).
It changes nothing but ``/var/lib/rigwright/drift.json`` and the metrics.

Exit codes: 0 in sync, 2 drift, 1 could not tell.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from typing import Any

from rigwright.compare.subsystem import compare
from rigwright.compare.unmanaged import TOOLKIT, unmanaged_findings
from rigwright.desired import Desired
from rigwright.drift.nightly_report import Night, metrics, record, told
from rigwright.errors import RigError
from rigwright.finding import Severity
from rigwright.host.observe import observe, records
from rigwright.host.textfile_writer import FOLDER, write
from rigwright.host.tools import STATE
from rigwright.host.unmanaged import nightly
from rigwright.observed.manifest import restore
from rigwright.observed.model import Observed, parse, question

WAIT_SECONDS = 600  # longer than a change takes
PAUSE_SECONDS = 5
PRIORITIES = {Severity.ERROR: "<3>", Severity.WARNING: "<4>", Severity.INFO: "<6>"}


def wanted() -> tuple[list[Desired], list[str]]:
    """What every record tells, and why some tell nothing. One that names no path was taken back wholly."""
    desired: list[Desired] = []
    errors: list[str] = []
    for name, applied in sorted(records().items()):
        if applied is not None and not applied.get("paths"):
            continue
        try:
            desired.append(restore(name, applied or {}))
        except RigError as error:
            errors.append(str(error))
    if not desired and not errors:
        errors.append(str(RigError("nothing was ever applied here", next_step="rig apply")))
    return desired, errors


def look(desired: list[Desired]) -> Observed:
    """The host while no transaction runs.

    Raises:
        RigError: One runs all the time.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        answer = observe(json.loads(question(desired, everything=True)))
        observed = parse(json.dumps(answer), host=socket.gethostname())
        if not observed.busy:
            return observed
        if time.monotonic() > deadline:
            raise RigError("a change was running all the time", next_step="systemctl status rigwright-*")
        time.sleep(PAUSE_SECONDS)


def check() -> Night:
    """One run."""
    at, host = time.time(), socket.gethostname()
    desired, errors = wanted()
    if not any(one.subsystem == TOOLKIT for one in desired):
        errors.append("the toolkit's own record is missing, damaged or of another revision")
        return Night(at, errors=tuple(errors))
    try:
        observed = look(desired)
    except RigError as error:
        return Night(at, errors=(*errors, str(error)))
    findings = [finding for one in desired for finding in compare(host, one, observed)]
    if observed.unmanaged and not errors:
        findings += unmanaged_findings(host, desired, observed.unmanaged, findings)
    return Night(at, tuple(one.subsystem for one in desired), tuple(findings), tuple(errors))


def keep(night: Night, kept: Mapping[str, Any]) -> None:
    """Write what the next run, the operator's machine and Prometheus read."""
    write(f"{STATE}/drift.json", json.dumps(kept, indent=1) + "\n", 0o600)
    if os.path.isdir(FOLDER):
        write(f"{FOLDER}/rigwright_drift.prom", metrics(night, kept), 0o644)


def main() -> int:
    """Check, tell, and keep. Whatever goes wrong is told and kept as well: silence would read as in sync."""
    started = time.time()
    try:
        night = check()
    except Exception as error:  # noqa: BLE001  see above
        night = Night(started, errors=(f"the check itself failed: {type(error).__name__}: {error}",))
    kept = record(night, nightly())
    for severity, line in told(night, kept):
        prefix = PRIORITIES[severity] if "JOURNAL_STREAM" in os.environ else ""
        sys.stdout.write(f"{prefix}{line.encode('ascii', 'backslashreplace').decode()}\n")
    sys.stdout.flush()
    keep(night, kept)
    return int(night.exit)
