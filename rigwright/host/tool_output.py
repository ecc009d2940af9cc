"""Contents of files and outputs of tools of this host, none of which may hold up another.

Every command is a process of its own, all run at once, each with a time limit: a device that hangs holds
up its own output and no other. A process that cannot be killed is left behind and not waited for.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import contextlib
import glob
import os
import signal
import subprocess
import threading
import time
from typing import Any

MAX_BYTES = 4194304
SMALL_BYTES = 2**20
"""Of a file; the kernel reads none of /proc/sys in 4 MiB or more at once (fs/proc/proc_sysctl.c)."""
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
"""The messages are those of C, under which ZFS 2.3 cuts its JSON at the first byte that is not ASCII."""
GROUP_FIELD, START_FIELD = 2, 19
"""Of /proc/PID/stat behind the name: proc_pid_stat(5) counts them as the 5th and the 22nd."""
GONE_SECONDS = 0.5
"""A killed process that is still there after that waits inside the kernel."""


def read(path: str) -> str | None:
    """Text of a small file, None when there is none."""
    try:
        with open(path, "rb") as file:
            return file.read(SMALL_BYTES).decode("utf-8", "replace")
    except OSError:
        return None


def line(path: str) -> str:
    """A file's text without the space around it, empty when there is none."""
    return (read(path) or "").strip()


def run(command: tuple[str, ...], limit_seconds: float) -> dict[str, Any]:
    """What a command printed and how it ended, or why it did not; never waits longer than the limit."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            start_new_session=True,
        )
    except FileNotFoundError:
        return {"missing": True}
    except OSError as error:
        return {"error": f"{command[0]}: {error.strerror}"}
    try:
        out, err = process.communicate(timeout=limit_seconds)
    except subprocess.TimeoutExpired:
        return {**timed_out(f"{command[0]}: ", limit_seconds), **ended(process)}
    return {
        "code": process.returncode,
        "out": out[:MAX_BYTES].decode("utf-8", "replace"),
        "err": err[-2000:].decode("utf-8", "replace"),
    }


def timed_out(tool: str, limit_seconds: float) -> dict[str, Any]:
    """The output of a command that did not end in time."""
    return {"error": f"{tool}no output within {limit_seconds:g} s", "timed_out": True}


def ended(process: subprocess.Popen[bytes]) -> dict[str, str]:
    """Kill a process and its children; ``stuck`` is one that the kernel does not let go."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    end = time.monotonic() + GONE_SECONDS
    while (process.poll() is None or left(process.pid)) and time.monotonic() < end:
        time.sleep(0.02)
    stuck = left(process.pid)
    return {"stuck": stuck} if stuck else {}


def left(group: int) -> str:
    """A process of this group that is still there, by its identity; empty where there is none."""
    for path in glob.glob("/proc/[0-9]*/stat"):
        fields = (read(path) or "").rpartition(")")[2].split()
        if len(fields) > START_FIELD and fields[GROUP_FIELD] == str(group) and fields[0] != "Z":
            return identity(int(path.split("/")[2]))
    return ""


def identity(pid: int) -> str:
    """A process by number and start time, so that a reused number is noticed; empty without one."""
    fields = (read(f"/proc/{pid}/stat") or "").rpartition(")")[2].split()
    return f"{pid} {fields[START_FIELD]}" if len(fields) > START_FIELD else ""


def outputs(commands: dict[str, tuple[str, ...]], limit_seconds: float) -> dict[str, Any]:
    """The outputs of all commands; one whose process is stuck in the kernel timed out."""
    found: dict[str, Any] = {}
    threads = {
        name: threading.Thread(
            target=lambda n=name, c=command: found.update({n: run(c, limit_seconds)}), daemon=True
        )
        for name, command in commands.items()
    }
    for thread in threads.values():
        thread.start()
    end = time.monotonic() + limit_seconds + 2
    for thread in threads.values():
        thread.join(max(end - time.monotonic(), 0))
    stuck = timed_out("", limit_seconds)
    return {name: found.get(name, stuck) for name in commands}
