"""When the services of this host read their files last, and when these files were changed last.

Runs under the host's own Python (3.10 and newer) with the standard library only.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from rigwright.host.load_account import account
from rigwright.host.textfile_writer import write
from rigwright.host.tools import STATE, read
from rigwright.observed.loads import load, unknown_load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_FILES = 20000
"""No service reads more; a folder with more is not gone through to its end."""
PROPERTIES = (
    "Type,MainPID,ExecReload,EnvironmentFiles,InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic"
)
ENVIRONMENT_FILE = re.compile(r"^(/.*?)(?: \(ignore_errors=\w+\))?$", re.MULTILINE)
LOCAL = ("/etc/", "/run/", "/usr/local/")
COMMAND_STARTED = re.compile(r"start_time=\[\w+ (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}) UTC\]")
RUNNING = ("active", "reloading")
BOOT_ID = "/proc/sys/kernel/random/boot_id"
READING_SECONDS = 2
"""The longest that a service takes to read its files and to show that, on a machine at its limit."""
MICROSECONDS = 1e6
START_TIME = 19  # among the fields behind the name in /proc/PID/stat: proc(5) counts it as 22
PARENT = 1
ENDING = "is shutting down"


def boot_id() -> str:
    """Which boot this is, as systemd has it.

    A container has its own file mounted there, which systemd 252 hides in the sandbox of the nightly check.
    """
    found = read(f"/proc/1/root{BOOT_ID}") or read(BOOT_ID) or b""
    return found.decode("ascii", "replace").strip()


def known_until(subsystem: str) -> float | None:
    """Until when its loads are known, by the monotonic clock in seconds; None where not of this boot."""
    words = (read(f"{STATE}/manifests/{subsystem}.loaded") or b"").decode("ascii", "replace").split()
    try:
        boot, seconds = words
        return float(seconds) if boot == boot_id() else None
    except ValueError:
        return None


def write_known_until(subsystem: str, seconds: float) -> None:
    """Keep it, unless an apply has kept a later time."""
    if seconds > (known_until(subsystem) or 0.0):
        write(f"{STATE}/manifests/{subsystem}.loaded", f"{boot_id()} {seconds}\n", 0o600)


def files(path: str) -> Iterator[tuple[float, str]]:
    """The last change of a file, or of a folder and each file below it where the path ends with ``/``."""
    waiting, left = [path.rstrip("/") or "/"], MOST_FILES
    whole = path.endswith("/")
    while waiting and left:
        one = waiting.pop()
        left -= 1
        yield from status(one)
        if whole and os.path.isdir(one) and not os.path.islink(one):
            try:
                waiting += [entry.path for entry in os.scandir(one) if ".rig-" not in entry.name]
            except OSError:
                continue


def status(path: str) -> Iterator[tuple[float, str]]:
    """The change of a path, and of the file to which it leads."""
    try:
        yield os.lstat(path).st_ctime, path
        yield os.stat(path).st_ctime, path
    except OSError:
        return


def newest(paths: Iterable[str]) -> tuple[float, str] | None:
    """The newest change among them; None where there is none of them."""
    return max((found for path in paths for found in files(path)), default=None)


def unit_files(state: dict[str, str]) -> list[str]:
    """What systemd reads when it starts the unit: drop-ins with their folders, its file, and its environment.

    Files that packages bring are left out: an upgrade replaces them, and restarts what it means to restart.
    """
    drop_ins = state.get("DropInPaths", "").split()
    own = [path for path in (state.get("FragmentPath", ""), *drop_ins) if path.startswith(LOCAL)]
    folders = sorted({path.rpartition("/")[0] for path in drop_ins if path.startswith(LOCAL)})
    return [*own, *folders, *ENVIRONMENT_FILE.findall(state.get("EnvironmentFiles", ""))]


def processes() -> dict[int, list[tuple[float, str]]]:
    """Start, in seconds since the boot, and command line of every process, by its parent."""
    found: dict[int, list[tuple[float, str]]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        fields = (read(f"/proc/{name}/stat") or b"").rpartition(b")")[2].split()
        if len(fields) > START_TIME:
            title = (read(f"/proc/{name}/cmdline") or b"").decode("utf-8", "replace")
            started = int(fields[START_TIME]) / os.sysconf("SC_CLK_TCK")
            found.setdefault(int(fields[PARENT]), []).append((started, title))
    return found


def workers(parent: int, title: str, every: dict[int, list[tuple[float, str]]]) -> float | None:
    """When the oldest of its workers was started; those that are ending are of an earlier load."""
    own = (at for at, name in every.get(parent, ()) if name.startswith(title) and ENDING not in name)
    return min(own, default=None)


def number(state: dict[str, str], name: str) -> float:
    """A number among the properties of a unit, 0 where there is none."""
    text = state.get(name, "")
    return float(text) if text.isdecimal() else 0.0


class Clock:
    """What the clocks of the host show now: all times are given by the present time of day."""

    def __init__(self) -> None:
        now = time.time()
        self.monotonic = now - time.clock_gettime(time.CLOCK_MONOTONIC)
        self.boot = now - time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True)
class Reload:
    """A reload of systemd: before it began, where that is certain, and when it was over at the latest."""

    begun: float | None
    over: float


def reloaded(state: dict[str, str], clock: Clock) -> Reload | None:
    """The last reload of systemd, None where there was none since the start.

    A service that says itself when it is over may have read before systemd takes notice. Then only the start
    of the command is certain, which systemd forgets when it reads its own files anew.
    """
    changed = number(state, "StateChangeTimestampMonotonic")
    if changed <= number(state, "ActiveEnterTimestampMonotonic"):
        return None
    over = changed / MICROSECONDS + clock.monotonic
    commands = [
        datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()
        for text in COMMAND_STARTED.findall(state.get("ExecReload", ""))
    ]
    begun = max(commands, default=None if "notify" in state.get("Type", "") else over)
    return Reload(begun, over)


def last_load(started: float, by_systemd: Reload | None, signs: list[float | None]) -> tuple[float, float]:
    """When the last load was over, and before which moment it did not begin to read.

    Args:
        started: Before the start began to read.
        by_systemd: The last reload of systemd.
        signs: What the service itself shows, after it has read.
    """
    certain, later = started, [at for at in signs if at is not None]
    if by_systemd:
        certain = max(started, by_systemd.begun or 0.0)
        later.append(by_systemd.over)
    last = max([certain, *later])
    # A sign just after a certain moment is of the same load, which is then known better.
    return last, max(certain, last - READING_SECONDS)


def observe_load(
    state: dict[str, str],
    spec: dict[str, Any],
    known: float | None,
    *,
    asked: float | None,
    clock: Clock,
    every: dict[int, list[tuple[float, str]]],
) -> dict[str, Any]:
    """The last load of one running unit.

    Args:
        state: Its properties.
        spec: What it reads.
        known: Until when loads are known, on the monotonic clock.
        asked: When it has loaded its files by its own words, in seconds since the epoch.
        clock: The clocks.
        every: All processes.
    """
    process = int(number(state, "MainPID"))
    started = number(state, "InactiveExitTimestampMonotonic") / MICROSECONDS + clock.monotonic
    oldest = workers(process, spec["workers"], every) if spec["workers"] else None
    signs = [asked, None if oldest is None else oldest + clock.boot]
    loaded, read_after = last_load(started, reloaded(state, clock), signs)
    # A unit without a process has run its program to its end: systemd's files of it have no more effect.
    at_start = [*spec["start"], *(unit_files(state) if process and spec["unit_files"] else [])]
    found: dict[str, Any] = {
        "started": started,
        "loaded": loaded,
        "read_after": read_after,
        "known_until": None if known is None else known + clock.monotonic,
        "changed": newest(spec["reload"]),
        "changed_at_start": newest(at_start),
        "account": "",
    }
    unknown = unknown_load(load(found))
    return {**found, "account": account(unknown.at)} if unknown else found


def observe_loads(
    name: str, specs: dict[str, Any], states: dict[str, dict[str, str]], outputs: dict[str, float | None]
) -> dict[str, Any]:
    """The last load of every running unit of a subsystem; none before its first apply."""
    clock, known = Clock(), known_until(name)
    every = processes() if any(spec["workers"] for spec in specs.values()) else {}
    return {
        unit: observe_load(
            states[unit], spec, known, asked=outputs.get(spec["loaded_at"]), clock=clock, every=every
        )
        for unit, spec in specs.items()
        if states.get(unit, {}).get("ActiveState") in RUNNING
    }
