"""Wait until instances are ready and name their release, each by its port and all of them behind HAProxy."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from deploys.apps.on_host import gate
from deploys.apps.on_host.containers import Instance
from deploys.apps.on_host.engine import Engine

BEHIND_SECONDS = 15
EVERY_SECONDS = 0.2


class RefusedError(Exception):
    """The release goes no further: what served before serves."""


def wait_for(engine: Engine, one: Instance, process: Mapping[str, Any], release: str) -> None:
    """Wait until an instance opens its gate.

    Raises:
        RefusedError: It ended, it is another version, or it took too long.
    """
    rule, name = process["gate"], one.slot.container
    until, seen = time.monotonic() + rule["timeout_seconds"], gate.Seen()
    while (opened := gate.opened(seen, rule)) is None:
        if not engine.runs(name):
            raise RefusedError(f"{name} ended by itself")
        if time.monotonic() > until:
            raise RefusedError(f"{name} is not ready after {rule['timeout_seconds']} s: {seen.why}")
        reply = gate.asked(one.slot.port, process["ready_path"], rule["field"], release)
        seen = gate.after(seen, reply)
        time.sleep(EVERY_SECONDS if reply.verdict == gate.NOT_YET else rule["interval_seconds"])
    if not opened:
        raise RefusedError(f"{name}: {seen.why}")


def wait_behind(process: Mapping[str, Any], release: str) -> None:
    """Wait until what HAProxy leads to names the release, so many times in a row.

    Raises:
        RefusedError: Another version went on responding.
    """
    rule, until, seen = process["gate"], time.monotonic() + BEHIND_SECONDS, gate.Seen()
    while seen.good < rule["responses"]:
        if time.monotonic() > until:
            raise RefusedError(f"through HAProxy: {seen.why}")
        seen = gate.after(seen, gate.asked(process["listen"], process["ready_path"], rule["field"], release))
