"""Units and drop-ins on this host that no package ships and Rigwright does not manage, enabled or not.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
It reads the folders themselves: ``systemctl list-unit-files`` takes a third of a second.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from rigwright.host.packaged import content, text
from rigwright.host.places import item

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rigwright.host.packaged import Packages
    from rigwright.host.places import Item

SYSTEM = (
    "/etc/systemd/system",
    "/etc/systemd/system.control",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.control",
    "/run/systemd/system.attached",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
)
USER = ("/etc/systemd/user", "/run/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user")
LINGER = "/var/lib/systemd/linger"
UNIT = re.compile(r".+\.(service|socket|timer|path|mount|automount|swap|target|slice|scope)")
WANTS = (".wants", ".requires", ".upholds")
PRESETS = ("/etc/systemd/system-preset", "/run/systemd/system-preset", "/usr/lib/systemd/system-preset")
HELPER = "/var/lib/systemd/deb-systemd-helper-enabled"
OF_THE_LAB = "/usr/lib/systemd/system/rigwright-lab-seed.service"
"""The lab's VMs boot with it; it lies where distributions put theirs."""
AT_BOOT = re.compile(
    r"/run/systemd/system/(netplan-.*|.*\.d/(zzz-lxc-|10-netplan)[^/]*|.*\.wants/netplan-.*)"
)
"""What netplan's generator and containers' init scripts make anew at each boot."""
SHARE = re.compile(r"/run/systemd/system\.control/[^/]+\.d/50-[A-Za-z]+\.conf")
SNAP = re.compile(r"/etc/systemd/system/(snap-.+\.mount|snap\..+\.(service|timer|socket))")
SNAP_START = re.compile(r"^Exec\w+=(?!/usr/bin/snap run )", re.MULTILINE)


def found(
    packages: Packages, managed: Collection[str], homes: dict[str, str], overridden: Collection[str]
) -> Iterator[Item]:
    """Every unit, link and drop-in of system and user managers.

    Args:
        packages: What dpkg knows.
        managed: Paths that Rigwright manages.
        homes: Home by account.
        overridden: Drop-ins that are reported already.
    """
    known = {*managed, *overridden}
    for folder in SYSTEM:
        yield from in_folder(folder, packages, known, "it runs as root")
    for folder in USER:
        yield from in_folder(folder, packages, known, "it runs for each user")
    for name in _names(LINGER):
        home = homes.get(name, "/nonexistent")
        for folder in (f"{home}/.config/systemd/user", f"{home}/.local/share/systemd/user"):
            yield from in_folder(folder, packages, known, f"it runs as {name} without a login")


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def in_folder(folder: str, packages: Packages, known: Collection[str], what: str) -> Iterator[Item]:
    """What lies in one folder of units.

    Args:
        folder: Its path.
        packages: What dpkg knows.
        known: Paths that Rigwright manages, or that are reported already.
        what: For whom its units run.
    """
    names = _names(folder)
    wanted = {one for name in names if name.endswith(WANTS) for one in _names(f"{folder}/{name}")}
    for name in names:
        path = f"{folder}/{name}"
        if name.endswith(WANTS):
            yield from _wanted(path, packages, known, what)
        elif name.endswith(".d"):
            yield from _drop_ins(path, packages, known)
        elif UNIT.fullmatch(name) and not _expected(path, packages, known):
            enabled = "enabled" if name in wanted else "not enabled"
            yield item("unit.unmanaged", path, f"{path} is not managed by Rigwright ({enabled}): {what}")


def _expected(path: str, packages: Packages, known: Collection[str]) -> bool:
    """Whether a unit, or what a link leads to, is a package's, managed, generated, or nothing."""
    target = os.path.realpath(path)
    if path in known or target in known or packages.ships(target) or path == OF_THE_LAB:
        return True
    if target == "/dev/null" or not os.path.isfile(target) or AT_BOOT.fullmatch(path):
        return True
    return _of_snapd(target, packages)


def _of_snapd(path: str, packages: Packages) -> bool:
    if not SNAP.fullmatch(path) or not packages.ships("/usr/bin/snap"):
        return False
    body = text(path)
    return "X-Snappy=yes" in body and not SNAP_START.search(body)


def _wanted(folder: str, packages: Packages, known: Collection[str], what: str) -> Iterator[Item]:
    """What a target pulls in: files here, links to elsewhere, and packages' units that should be off."""
    for name in _names(folder):
        path = f"{folder}/{name}"
        target = os.path.realpath(path)
        if packages.ships(target):
            if _should_be_off(path, name, known) and not packages.ships(path):
                text_of = f"{path} enables {name}, which its package leaves off: {what}"
                yield item("unit.unmanaged", path, text_of)
        elif os.path.dirname(target) not in (os.path.dirname(folder), *SYSTEM, *USER) and not _expected(
            path, packages, known
        ):
            text_of = f"{path} is not managed by Rigwright (enabled): {what}"
            yield item("unit.unmanaged", path, text_of)


def _should_be_off(path: str, name: str, known: Collection[str]) -> bool:
    """Whether presets leave a unit off, and neither its package nor Rigwright enabled it."""
    record = f"{HELPER}/{'/'.join(path.split('/')[-2:])}"
    return name not in known and not os.path.lexists(record) and _preset(name) == "disable"


def _preset(name: str) -> str:
    """What the first matching line of the presets says; Debian's default is to enable."""
    for file in sorted({one for folder in PRESETS for one in _names(folder)}):
        path = next(path for folder in PRESETS if os.path.exists(path := f"{folder}/{file}"))
        for line in text(path).splitlines():
            words = line.split()
            if words[:1] in (["enable"], ["disable"]) and words[1:2] == [name]:
                return words[0]
    return "enable"


def _share(path: str) -> bool:
    """Whether it is what ``systemctl set-property --runtime`` writes: shares and limits, and no program."""
    return SHARE.fullmatch(path) is not None and "Exec" not in text(path)


def _drop_ins(folder: str, packages: Packages, known: Collection[str]) -> Iterator[Item]:
    unit = os.path.basename(folder).removesuffix(".d")
    for name in _names(folder):
        path = f"{folder}/{name}"
        ours = _expected(path, packages, known) or _share(path)
        if name.endswith(".conf") and not ours and content(path) is not None:
            text_of = f"{path} changes {unit} and is not managed by Rigwright"
            yield item("unit.override", path, text_of)
