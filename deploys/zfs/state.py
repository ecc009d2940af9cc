"""What ZFS of a host should be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from deploys.zfs import policy
from deploys.zfs.policy import SYSTEMD, TOOLS
from deploys.zfs.runtime_state import keeps_snapshots, runtime_states
from deploys.zfs.settings import ZfsSettings
from deploys.zfs.versions import VERSIONS, Packaged
from rigwright.desired import Activation, Desired, Directory, File, Unit
from rigwright.desired.render import render
from rigwright.host.health import EVENTS_DAEMON
from rigwright.remote.toolkit import DRIFT_DROP_INS
from rigwright.settings.platform import Platform

ZED_RC = "/etc/zfs/zed.d/zed.rc"
MODULE = "/etc/modprobe.d/rigwright-zfs.conf"


def desired(settings: ZfsSettings, platform: Platform) -> Desired:
    """Everything that ZFS wants of a host of this platform."""
    packaged = platform.choose(VERSIONS)
    return Desired(
        subsystem="zfs",
        packages=tuple(_packages(settings, packaged)),
        versions=(("zfsutils-linux", packaged.version),),
        files=(*_files(settings), *policy.files(settings)),
        directories=(
            Directory("/usr/local/lib/rigwright"),
            Directory(TOOLS, owned=True),
            Directory(DRIFT_DROP_INS),
            *(Directory(f"{SYSTEMD}/{unit}.d") for unit in _needed(settings)),
            *policy.directories(settings),
        ),
        units=(Unit(EVENTS_DAEMON), *policy.units(settings)),
        activations=(
            Activation(EVENTS_DAEMON, reload_on=(), restart_on=(ZED_RC,)),
            *policy.activations(settings),
        ),
        runtime_states=tuple(runtime_states(settings, packaged)),
        checks=tuple(policy.checks(settings)),
        memory_bytes=settings.arc_limit,
        install_first=True,
    )


def _packages(settings: ZfsSettings, packaged: Packaged) -> Iterator[str]:
    yield from ("cron", "zfsutils-linux", "zfs-zed")  # scrubs and trims are in cron's timetable
    if packaged.ceiling:
        yield from ("zfs-dkms", f"linux-headers-{settings.kernel_headers}")
    if keeps_snapshots(settings):
        yield "sanoid"


def _files(settings: ZfsSettings) -> Iterator[File]:
    yield File(MODULE, render("zfs/etc/modprobe.d/_rigwright-zfs.conf.j2", zfs=settings))
    yield File(ZED_RC, render("zfs/etc/zfs/zed.d/_zed.rc.j2", zfs=settings, mail=f"{TOOLS}/mail"), mode=0o600)
    part = "rigwright-zfs.conf"
    yield File(f"{DRIFT_DROP_INS}/{part}", render(f"zfs{DRIFT_DROP_INS}/_{part}"))
    yield File(f"{TOOLS}/mail", render(f"zfs{TOOLS}/_mail"), mode=0o755)
    for unit, folders in _needed(settings).items():
        part = "zfs/etc/systemd/system/_needs.conf.j2"
        yield File(f"{SYSTEMD}/{unit}.d/rigwright-zfs.conf", render(part, folders=folders))


def _needed(settings: ZfsSettings) -> dict[str, list[str]]:
    """The folders that each service needs to be mounted."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in settings.datasets:
        for unit in one.needed_by:
            found[unit].append(str(one.mountpoint))
    return dict(found)
