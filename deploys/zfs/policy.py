"""What sanoid is told about snapshots, and what copies them to another pool."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.zfs.runtime_state import keeps_snapshots
from deploys.zfs.settings import ZfsSettings
from deploys.zfs.snapshots import KINDS, Snapshots
from rigwright.desired import Activation, Check, Directory, File, Unit
from rigwright.desired.render import render

CONFIGURATION = "/etc/sanoid/sanoid.conf"
TOOLS = "/usr/local/lib/rigwright/zfs"
SYSTEMD = "/etc/systemd/system"
REPLICATE = "rigwright-zfs-replicate"

Section = tuple[str, tuple[tuple[str, str], ...]]


def files(settings: ZfsSettings) -> Iterator[File]:
    """The policy, and where there are copies the script, its service and its timer."""
    if keeps_snapshots(settings):
        yield File(CONFIGURATION, render("zfs/etc/sanoid/_sanoid.conf.j2", sections=sections(settings)))
    if settings.replicas:
        script = render(f"zfs{TOOLS}/_replicate.j2", replicas=settings.replicas)
        yield File(f"{TOOLS}/replicate", script, mode=0o755)
        yield File(f"{SYSTEMD}/{REPLICATE}.service", render(f"zfs{SYSTEMD}/_{REPLICATE}.service"))
        timer = render(f"zfs{SYSTEMD}/_{REPLICATE}.timer.j2", zfs=settings)
        yield File(f"{SYSTEMD}/{REPLICATE}.timer", timer)


def directories(settings: ZfsSettings) -> Iterator[Directory]:
    """Where the policy is: the package brings no such folder."""
    if keeps_snapshots(settings):
        yield Directory("/etc/sanoid")


def units(settings: ZfsSettings) -> Iterator[Unit]:
    """The timers."""
    if keeps_snapshots(settings):
        yield Unit("sanoid.timer")
    if settings.replicas:
        yield Unit(f"{REPLICATE}.timer")


def activations(settings: ZfsSettings) -> Iterator[Activation]:
    """The timer of copies; sanoid reads its policy anew on each run."""
    if settings.replicas:
        timer = f"{REPLICATE}.timer"
        yield Activation(timer, reload_on=(), restart_on=(f"{SYSTEMD}/{timer}",))


def checks(settings: ZfsSettings) -> Iterator[Check]:
    """Whether sanoid knows all that it is told; when it may only read, it takes nothing."""
    if keeps_snapshots(settings):
        yield Check("sanoid --readonly", "/usr/sbin/sanoid --take-snapshots --readonly --quiet")


def sections(settings: ZfsSettings) -> list[Section]:
    """Each dataset by itself, so that nothing is inherited by chance; a copy's snapshots are only removed."""
    taken = [(one.name, _policy(one.snapshots, taken=True)) for one in settings.datasets if one.snapshots]
    return [*taken, *((one.target, _policy(one.keep, taken=False)) for one in settings.replicas)]


def _policy(kept: Snapshots, *, taken: bool) -> tuple[tuple[str, str], ...]:
    return (
        ("autosnap", "yes" if taken else "no"),
        ("autoprune", "yes"),
        ("recursive", "no"),
        ("frequently", "0"),
        *((kind, str(kept.count(kind))) for kind in KINDS),
    )
