"""Whether a host needs a reboot, what blocks one, and how the host is afterwards. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rigwright.desired import Desired, Drain
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.health.check import Check, Verdict, finding

STAGES = ("entry", "application", "data")
GOING_UP = ("initializing", "starting")
GOING_DOWN = "stopping"
HARDWARE = ("gpu", "nvme", "sata", "zfs")


@dataclass(frozen=True)
class Blockers:
    """What ``host/reboot_blockers.py`` reports of a host.

    Attributes:
        boot: The kernel's random id of this boot.
        system: systemd's state of the whole: ``running``, ``degraded``, ``starting``, ``stopping``.
        holders: The runs of the toolkit on it.
        changes: The state of each change in the journal, by its subsystem.
        dpkg_users: The processes that hold dpkg's locks.
        unfinished: Packages that are half-installed.
        inhibitors: Who holds an inhibitor lock of systemd against a shutdown, and why.
        initrds: Names of ``/boot/initrd.img-*``.
    """

    boot: str
    system: str
    holders: tuple[str, ...] = ()
    changes: Mapping[str, str] | None = None
    dpkg_users: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    inhibitors: tuple[tuple[str, str], ...] = ()
    initrds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kernels:
    """Release of the kernel that runs and of the newest one; None where it is unknown or there is none."""

    running: str | None = None
    newest: str | None = None


def blockers(output: str, host: str) -> Blockers:
    """The typed output of ``host/reboot_blockers.py``.

    Raises:
        RigError: It cannot be read.
    """
    try:
        raw = json.loads(output)
        return Blockers(
            boot=str(raw["boot"]),
            system=str(raw["system"]),
            holders=tuple(raw["holders"]),
            changes=dict(raw["changes"]),
            dpkg_users=tuple(raw["dpkg_users"]),
            unfinished=tuple(raw["unfinished"]),
            inhibitors=tuple((one["who"], one["why"]) for one in raw["inhibitors"]),
            initrds=tuple(raw["initrds"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RigError("its response cannot be read", host=host, next_step="run again") from error


def reasons(checks: Iterable[Check]) -> tuple[str, ...]:
    """Why the host needs a reboot; none where it needs none."""
    return tuple(
        one.summary
        for one in checks
        if one.area == "reboot" and one.verdict not in (Verdict.OK, Verdict.NONE)
    )


def hardware(checks: Iterable[Check]) -> tuple[Check, ...]:
    """What is wrong with cards, drives and pools, which a reboot may make worse: shown, and no refusal."""
    bad = (Verdict.CRITICAL, Verdict.UNKNOWN)
    return tuple(one for one in checks if one.area in HARDWARE and one.verdict in bad)


def failed(checks: Iterable[Check]) -> frozenset[str]:
    """The units that have failed."""
    return frozenset(one.where for one in checks if one.area == "units" and one.verdict is Verdict.CRITICAL)


def drains(desired: Sequence[Desired]) -> tuple[Drain, ...]:
    """What ends before the reboot: what lets clients in, then what works for them, then what keeps data."""
    every = [drain for one in desired for drain in one.drains]
    return tuple(sorted(every, key=lambda drain: STAGES.index(drain.stage)))


def objections(
    host: str, now: Blockers, kernels: Kernels, resilvering: Collection[str] = ()
) -> tuple[RigError, ...]:
    """What blocks a reboot at this time, each with what to do.

    Args:
        host: Its name.
        now: What the host reported.
        kernels: Which kernel runs, and which the next boot takes.
        resilvering: Pools that are writing a disk anew.
    """
    found = (*_at_work(now), *_unready(now, kernels), *map(_resilvers, resilvering))
    return tuple(RigError(what, host=host, next_step=step) for what, step in found)


def _at_work(now: Blockers) -> Iterator[tuple[str, str]]:
    wait = "run again when it is done"
    if now.system == GOING_DOWN:
        yield "it is shutting down already", "run again when it is back"
    for holder in now.holders:
        yield f"locked by {holder}", wait
    for subsystem, state in (now.changes or {}).items():
        if now.holders:
            continue  # which is the change itself
        if state == "probed":
            yield (
                f"a change of {subsystem} waits for its confirmation",
                "wait until it is kept or rolled back",
            )
        else:
            yield f"a change of {subsystem} was interrupted (state: {state})", "rig apply, which recovers it"
    if now.dpkg_users:
        yield f"packages are being installed by {', '.join(now.dpkg_users)}", wait
    for who, why in now.inhibitors:
        yield f"{who} inhibits a reboot: {why}", "let it end; systemd-inhibit --list shows it"


def _unready(now: Blockers, kernels: Kernels) -> Iterator[tuple[str, str]]:
    if now.unfinished and not now.dpkg_users:
        some = ", ".join(now.unfinished[:5])
        yield f"packages are half-installed: {some}", "sudo dpkg --configure -a, on the host"
    newest, running = (f"initrd.img-{one}" if one else None for one in (kernels.newest, kernels.running))
    if newest and running in now.initrds and newest not in now.initrds:
        step = f"sudo update-initramfs -c -k {kernels.newest}, on the host"
        yield f"kernel {kernels.newest} has no initrd in /boot, and may not start", step


def _resilvers(pool: str) -> tuple[str, str]:
    return f"pool {pool} is writing a disk anew", f"wait for zpool wait -t resilver {shlex.quote(pool)}"


def units(host: str, before: Collection[str], checks: Iterable[Check]) -> list[Finding]:
    """The units that have failed now, and whether they had before."""
    found = []
    for check in checks:
        one = finding(host, check) if check.area == "units" else None
        if one:
            again = " before the reboot, too" if check.where in before else ""
            found.append(replace(one, summary=f"{one.summary}{again}"))
    return found


def still_needed(host: str, checks: Iterable[Check]) -> list[Finding]:
    """That the host needs another reboot."""
    found = (finding(host, check) for check in checks if check.area == "reboot")
    return [replace(one, summary=f"after the reboot: {one.summary}") for one in found if one]


def unfinished(host: str, system: str) -> list[Finding]:
    """That systemd has not started everything in time."""
    if system not in GOING_UP:
        return []
    summary = f"systemd is still {system}: systemctl list-jobs shows what it waits for"
    return [Finding(host, "units", "unit.state", "system", summary, actual=system, expected="running")]


def back(now: str, before: str, system: str) -> bool:
    """Whether a host with this boot id is in its next boot and has started everything."""
    return bool(now) and now != before and system not in (*GOING_UP, GOING_DOWN)


def worst(codes: Iterable[Exit]) -> Exit:
    """Unknown beats a difference, a difference beats none; nothing at all is unknown."""
    found = set(codes)
    if not found or Exit.UNKNOWN in found:
        return Exit.UNKNOWN
    return Exit.CHANGES if Exit.CHANGES in found else Exit.OK
