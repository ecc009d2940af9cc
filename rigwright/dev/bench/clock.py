"""Time whole processes, as somebody who waits for them sees them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from rigwright.errors import RigError
from rigwright.repository import ROOT

INVENTORY = "inventories/lab.py"
SITE = "deploys/site.py"


def rig(*arguments: str) -> list[str]:
    """The ``rig`` command as people type it."""
    return [str(ROOT / "rig"), *arguments]


def pyinfra(host: str, *arguments: str, inventory: str = INVENTORY) -> list[str]:
    """Plain pyinfra with the whole site for one host."""
    return [sys.executable, "-m", "pyinfra", inventory, SITE, "--limit", host, *arguments]


def seconds(command: Sequence[str], *, fine: Sequence[int] = (0,)) -> float:
    """Seconds from the start of a process to its end.

    Args:
        command: What is run.
        fine: Exit codes of a run that did all its work.

    Raises:
        RigError: It failed, so that its time would mean nothing.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    started = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    elapsed = time.perf_counter() - started
    if done.returncode not in fine:
        last = "\n".join(done.stdout.splitlines()[-12:])
        raise RigError(f"{' '.join(command)} ended with {done.returncode}, so it was not measured:\n{last}")
    return elapsed
