"""Everything that ``rig bench`` can measure, by the name under which it is chosen."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from rigwright import __version__
from rigwright.dev.bench import first, fleet, nagle, pgbench, pools, synced, watched
from rigwright.dev.bench.ground import Ground
from rigwright.dev.bench.markdown import Circumstances
from rigwright.dev.bench.result import Section
from rigwright.lab import DEFAULT_OS
from rigwright.settings.platform import NAMES

MEASURES: dict[str, Callable[[Ground], Section]] = {
    "commands": synced.commands,
    "drift": synced.drift,
    "site": synced.site,
    "fleet": fleet.drift,
    "nodelay": nagle.nodelay,
    "converge": first.converge,
    "start": synced.start,
    "health": watched.health,
    "metrics": watched.metrics,
    "snapshots": pools.snapshots,
    "postgres": pgbench.tuning,
}


def circumstances() -> Circumstances:
    """What the figures of this moment hold for."""
    names = (line.partition(":") for line in Path("/proc/cpuinfo").read_text().splitlines())
    processor = next((value.strip() for name, _, value in names if name.strip() == "model name"), "")
    return Circumstances(
        date=datetime.now(timezone.utc).date().isoformat(),
        cores=len(os.sched_getaffinity(0)),
        processor=processor or platform.machine(),
        kernel=f"{platform.system()} {platform.release()}",
        load=os.getloadavg()[0],
        versions=(
            f"Rigwright {__version__}",
            f"pyinfra {version('pyinfra')}",
            f"Paramiko {version('paramiko')}",
            f"Python {platform.python_version()}",
            f"{NAMES[DEFAULT_OS]} on the host",
        ),
    )
