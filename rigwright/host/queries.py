"""The output of the commands of steps, probes and runtime states on this host.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from rigwright.host.standing_still import standing_still

if TYPE_CHECKING:
    from collections.abc import Callable

STEP_TIMEOUT_SECONDS = 60  # of a machine that works at its limit, where the nightly check yields to all else
KILL_SECONDS = 5
COMMANDS_AT_ONCE = 8


def run_query(
    command: str, limit_seconds: float = STEP_TIMEOUT_SECONDS
) -> subprocess.CompletedProcess[bytes] | None:
    """The output of one command, None when it timed out.

    A command that takes too long is killed with everything that it started: a query leaves no process, except
    one that waits for a device and cannot be killed. That one is left behind, so that the query ends.
    """
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    argv = ["sh", "-c", command]
    try:
        process = subprocess.Popen(argv, stdin=nothing, stdout=pipe, stderr=pipe, start_new_session=True)
    except OSError:
        return None
    try:
        out, err = process.communicate(timeout=limit_seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=KILL_SECONDS)
        return None
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def code(command: str) -> int | None:
    """The exit code of a step's ``only_if`` or of a probe, None when it timed out."""
    done = run_query(command)
    return done.returncode if done else None


def runtime_state(command: str) -> dict[str, Any]:
    """The values of a runtime state as text, or why there are none."""
    done = run_query(command)
    if done is None:
        return _unreadable(f"no output within {STEP_TIMEOUT_SECONDS} s")
    if done.returncode:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1]
        return _unreadable(f"exit code {done.returncode}: {last}")
    try:
        found = json.loads(done.stdout)
        values = {key: value if isinstance(value, str) else json.dumps(value) for key, value in found.items()}
    except (ValueError, AttributeError):
        return _unreadable("it printed no JSON object")
    return {"values": values, "error": None}


def _unreadable(why: str) -> dict[str, Any]:
    """No values, why, and the services that stand still, which may be the reason."""
    return {"values": None, "error": "; ".join((why, *standing_still()))}


def seconds(command: str) -> float | None:
    """The number that a command prints, None where it prints none."""
    done = run_query(command)
    try:
        found = float(done.stdout) if done and not done.returncode else None
    except ValueError:
        return None
    return found if found is not None and math.isfinite(found) else None


def run_queries(
    spec: dict[str, Any], more: dict[str, Callable[[str], Any]] | None = None
) -> dict[str, dict[str, Any]]:
    """The result of every command of every subsystem, by kind and command; they run concurrently.

    Args:
        spec: The query.
        more: Further kinds of commands, and what makes a result of one.
    """
    kinds: dict[str, Callable[[str], Any]] = {
        "steps": code,
        "probes": code,
        "runtime_states": runtime_state,
        **(more or {}),
    }
    commands = [
        (kind, command)
        for one in spec["subsystems"].values()
        for kind in kinds
        for command in one[kind].values()
    ]
    kinds["loads"] = seconds
    loads = (load["loaded_at"] for one in spec["subsystems"].values() for load in one["loads"].values())
    commands += [("loads", command) for command in loads if command]
    with ThreadPoolExecutor(max_workers=COMMANDS_AT_ONCE) as pool:
        found = pool.map(lambda one: kinds[one[0]](one[1]), commands)
        results: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
        for (kind, command), result in zip(commands, found, strict=True):
            results[kind][command] = result
    for command, result in results["probes"].items():
        if result:  # a service may have been late only because all commands ran beside it
            results["probes"][command] = code(command)
    return results
