"""Memory, file systems, units, and what waits for a reboot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from facts.parsers import reboot
from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported, Value, at, count, shown, unreadable
from rigwright.health import thresholds
from rigwright.health.check import Check, Row, Verdict, judge
from rigwright.health.tool_output import tool_output

MEMINFO = re.compile(r"^(\w+):\s+(\d+) kB$", re.MULTILINE)
GIGABYTE = 10**9
STAT_FIELDS = 6
RUNNING = ("running", "degraded", "starting", "initializing")
"""States of the system in which the list of failed units can be believed."""


def checks(seen: Mapping[str, object]) -> Iterator[Check]:
    """All that needs no device."""
    yield memory(str(at(seen, "meminfo") or ""), at(seen, "arc"))
    found = at(seen, "mounts")
    mounts = found if isinstance(found, list) else []
    if not mounts:
        yield Check("filesystem", "/", Verdict.UNKNOWN, "the host reported no file systems")
    for mount in mounts:
        path = str(at(mount, "path"))
        yield file_system(path, tool_output(seen, f"mount {path}"))
    yield from units(tool_output(seen, "system"), tool_output(seen, "units"))
    yield waits(reboot_of(seen))


def memory(meminfo: str, arc: object) -> Check:
    """Main memory. ZFS's cache counts as free down to its least size: ``MemAvailable`` lacks it."""
    sizes = {name: int(kib[:18]) * 1024 for name, kib in MEMINFO.findall(meminfo)}
    total, available = sizes.get("MemTotal", 0), sizes.get("MemAvailable")
    if not total or available is None:
        return Check("memory", "memory", Verdict.UNKNOWN, "/proc/meminfo cannot be read")
    cached, least = count(at(arc, "size")), count(at(arc, "c_min"))
    back = max(cached - (least if isinstance(least, int) else 0), 0) if isinstance(cached, int) else 0
    free = min(available + back, total)
    words = f"{_gigabytes(free)} of {_gigabytes(total)} available"
    words += f", {_gigabytes(back)} of it ZFS's cache" if back else ""
    return Check("memory", "memory", judge(free / total, thresholds.MEMORY), words)


def _gigabytes(size_bytes: float) -> str:
    return f"{size_bytes / GIGABYTE:.1f} GB"


def _size(size_bytes: float) -> str:
    return _gigabytes(size_bytes) if size_bytes >= GIGABYTE / 10 else f"{size_bytes / 10**6:.1f} MB"


def file_system(path: str, output: ToolOutput) -> Check:
    """One mounted file system, counted as ``df`` does: what is kept for root is neither used nor free."""
    words = output.out.split()
    failed = output.failure("stat")
    if failed or output.code or len(words) != STAT_FIELDS:
        return Check("filesystem", path, Verdict.UNKNOWN, (failed or output.complaint).reason)
    numbers = [count(word) for word in words]
    if not all(isinstance(one, int) for one in numbers):
        return Check("filesystem", path, Verdict.UNKNOWN, unreadable(output.out).reason)
    block, blocks, free, available, inodes, inodes_free = (one for one in numbers if isinstance(one, int))
    used = max(blocks - free, 0)
    row = Row("filesystem", path)
    if not used + available:
        return Check("filesystem", path, Verdict.NONE, "it has no size")
    row.value(used / (used + available), thresholds.FILE_SYSTEM, f"{{}} of {_size(blocks * block)} used")
    if inodes:
        share = max(inodes - inodes_free, 0) / inodes
        if judge(share, thresholds.INODES) is not Verdict.OK:
            row.value(share, thresholds.INODES, "{} of its inodes used")
    return row.check()


def units(system: ToolOutput, failed: ToolOutput) -> Iterator[Check]:
    """Failed units, one row each."""
    state = system.out.strip()
    if state not in RUNNING or failed.error or failed.missing or failed.code:
        unknown = f"the system is {state}" if state else "systemd does not respond"
        why = failed.error or system.error or unknown
        yield Check("units", "units", Verdict.UNKNOWN, why)
        return
    rows = [line.split() for line in failed.out.splitlines() if line.strip()]
    for row in rows:
        yield Check("units", shown(row[0]), Verdict.CRITICAL, "failed")
    if not rows:
        yield Check("units", "units", Verdict.OK, "none failed")


def reboot_of(seen: Mapping[str, object]) -> reboot.Reboot:
    """The reasons for a reboot in the host's files."""
    images = at(seen, "reboot", "images")
    loaded, driver = at(seen, "reboot", "driver_loaded"), tool_output(seen, "driver")
    return reboot.parse(
        required=at(seen, "reboot", "required") is True,
        packages=str(at(seen, "reboot", "packages") or ""),
        running=str(at(seen, "reboot", "running") or ""),
        images=[str(one) for one in images] if isinstance(images, list) else [],
        driver_loaded=loaded if isinstance(loaded, str) else None,
        driver_installed=driver.success,
    )


def waits(found: reboot.Reboot) -> Check:
    """Whether the machine waits for a reboot."""
    row = Row("reboot", "reboot")
    if found.required:
        packages = f" for {', '.join(found.required_by[:5])}" if found.required_by else ""
        row.add(Verdict.WARNING, f"required{packages}")
    if found.kernel_behind:
        row.add(
            Verdict.WARNING,
            f"kernel {_known(found.kernel_newest)} waits, {_known(found.kernel_running)} runs",
        )
    if found.driver_behind:
        words = f"NVIDIA driver {_known(found.driver_installed)} waits, {_known(found.driver_loaded)} runs"
        row.add(Verdict.WARNING, words)
    if not isinstance(found.kernel_running, str):
        row.add(Verdict.UNKNOWN, "the running kernel is unknown")
    row.add(Verdict.OK, "not required")
    return row.check()


def _known(found: Value[str]) -> str:
    return "unknown" if isinstance(found, (NotSupported, Failed)) else found
