"""What the commands of steps, probes and readings say on this host.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

STEP_TIMEOUT_SECONDS = 60  # of a machine that works at its limit, where the nightly check yields to all else
COMMANDS_AT_ONCE = 8


def ask(
    command: str, limit_seconds: float = STEP_TIMEOUT_SECONDS
) -> subprocess.CompletedProcess[bytes] | None:
    """What a step's question, a probe or a reading said, None when it did not answer.

    What does not answer in time ends with everything that it started: a look leaves nothing behind.
    """
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    argv = ["sh", "-c", command]
    try:
        with subprocess.Popen(
            argv, stdin=nothing, stdout=pipe, stderr=pipe, start_new_session=True
        ) as process:
            try:
                out, err = process.communicate(timeout=limit_seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return None
    except OSError:
        return None
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def code(command: str) -> int | None:
    """The exit code of a step's question or of a probe, None when it did not answer."""
    done = ask(command)
    return done.returncode if done else None


def reading(command: str) -> dict[str, Any]:
    """The values of a reading as text, or why there are none."""
    done = ask(command)
    if done is None:
        return {"values": None, "error": f"no answer within {STEP_TIMEOUT_SECONDS} s"}
    if done.returncode:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
        return {"values": None, "error": f"exit code {done.returncode}: {last}"}
    try:
        found = json.loads(done.stdout)
        values = {key: value if isinstance(value, str) else json.dumps(value) for key, value in found.items()}
    except (ValueError, AttributeError):
        return {"values": None, "error": "it printed no JSON object"}
    return {"values": values, "error": None}


def answers(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What every command of every subsystem answers, by kind and command; they wait beside each other."""
    kinds: dict[str, Callable[[str], Any]] = {"steps": code, "probes": code, "runtime_states": reading}
    asked = [
        (kind, command)
        for one in spec["subsystems"].values()
        for kind in kinds
        for command in one[kind].values()
    ]
    with ThreadPoolExecutor(max_workers=COMMANDS_AT_ONCE) as pool:
        found = pool.map(lambda one: kinds[one[0]](one[1]), asked)
        told: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
        for (kind, command), answer in zip(asked, found, strict=True):
            told[kind][command] = answer
    return told
