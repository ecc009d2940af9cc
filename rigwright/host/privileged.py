"""Programs that run with more rights than who starts them: set-user-ID, set-group-ID, file capabilities.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import os
import re
import stat
import time
from typing import TYPE_CHECKING

from rigwright.host.packaged import real, text
from rigwright.host.places import item

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rigwright.host.packaged import Packages
    from rigwright.host.places import Item


def _words(text_of: str) -> frozenset[str]:
    return frozenset(text_of.split())


SETUID = _words(
    "at bwrap chfn chrome-sandbox chsh dbus-daemon-launch-helper doas exim4 fusermount fusermount3 "
    "gpasswd lxc-user-nic mount mount.cifs mount.ecryptfs_private mount.nfs newgidmap newgrp newuidmap "
    "ntfs-3g nvidia-modprobe passwd ping ping6 pkexec polkit-agent-helper-1 pppd snap-confine ssh-keysign "
    "su sudo traceroute6.iputils umount Xorg.wrap "
)
SETGID = _words(
    "at bsd-write chage crontab dotlockfile expiry locate mail-lock mail-touchlock mail-unlock mlocate "
    "msmtp pam_extrausers_chkpwd plocate postdrop postqueue screen ssh-agent unix_chkpwd utempter wall write "
    "write.ul xterm "
)
CAPABLE = _words(
    "arping clockdiff dumpcap fping gst-ptp-helper mtr-packet newgidmap newuidmap ping ping6 "
    "prometheus-blackbox-exporter snap-confine traceroute6.iputils "
)
"""Programs of Debian's and Ubuntu's packages that have such rights as they come, by the end of their path."""
NO_WALK = _words(
    "/proc /sys /dev /run/user /var/lib/rigwright /var/lib/docker /var/lib/containerd /var/lib/containers "
    "/var/lib/lxc /var/lib/lxd /var/lib/machines /var/lib/snapd /snap /run/containerd /run/docker "
)
"""No files of this host itself, or those of containers, whose own root cannot use them outside."""
LOCAL = _words("ext2 ext3 ext4 xfs btrfs zfs f2fs bcachefs jfs reiserfs tmpfs overlay ")
USUAL: tuple[tuple[str, int], ...] = (
    *(("/usr/bin", 1), ("/usr/sbin", 1), ("/usr/local", 4), ("/", 1), ("/etc", 1), ("/var", 1)),
    *(("/root", 3), ("/tmp", 3), ("/var/tmp", 3), ("/dev/shm", 3), ("/home", 4), ("/opt", 4)),  # noqa: S108
    *(("/srv", 3), ("/var/www", 3), ("/var/lib", 2), ("/usr/lib", 1), ("/usr/libexec", 2), ("/mnt", 2)),
)
"""Where a person or an intruder leaves a program, and how deep ``rig drift`` walks there."""
USUAL_ENTRIES = 20_000
ANY_DEPTH = 64
XATTR = "security.capability"


def mounts(mountinfo: str) -> set[str]:
    """Mount points of which no program gets more rights, or that are not of this host."""
    left: set[str] = set()
    for line in mountinfo.splitlines():
        fields, _, kind = line.partition(" - ")
        words = fields.split(" ")
        if len(words) > 5:  # noqa: PLR2004  mount options follow the mount point
            inert = "nosuid" in words[5].split(",") or kind.split(" ")[0] not in LOCAL
            point = words[4].replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n")
            left = left | {point} if inert and point != "/" else left - {point}
    return left


def host_mounts() -> set[str]:
    """Those of this host itself: a service with a sandbox has mounts of its own."""
    return mounts(text("/proc/1/mountinfo") or text("/proc/self/mountinfo"))


def walk(folder: str, depth: int, skip: Collection[str], left: list[int]) -> Iterator[os.DirEntry[str]]:
    """Every regular file below a folder, as deep as that, and no more entries than ``left[0]``."""
    stack = [(folder, depth)]
    while stack and left[0] > 0:
        path, levels = stack.pop()
        try:
            entries = list(os.scandir(path))
        except OSError:
            continue
        left[0] -= len(entries)
        for entry in entries:
            kind = _kind(entry)
            if kind == "file":
                yield entry
            elif kind == "directory" and levels > 1 and entry.path not in skip:
                stack.append((entry.path, levels - 1))


def _kind(entry: os.DirEntry[str]) -> str:
    try:
        if entry.is_dir(follow_symlinks=False):
            return "directory"
        return "file" if entry.is_file(follow_symlinks=False) else "other"
    except OSError:
        return "other"


def usual(packages: Packages) -> Iterator[Item]:
    """In the usual places: a few thousand entries."""
    skip, left = {*NO_WALK, *host_mounts()}, [USUAL_ENTRIES]
    for folder, depth in USUAL:
        if folder not in skip and not os.path.islink(folder):
            for entry in walk(folder, depth, skip, left):
                yield from _judged(entry.path, packages)


def everywhere(packages: Packages, limit_seconds: float) -> tuple[list[Item], bool]:
    """On every file system of this host, and whether there was the time for all of it."""
    skip, left = {*NO_WALK, *host_mounts()}, [2**40]
    deadline = time.monotonic() + limit_seconds
    found: list[Item] = []
    for entry in walk("/", ANY_DEPTH, skip, left):
        found += _judged(entry.path, packages)
        if time.monotonic() > deadline:
            return found, False
    return found, True


def _judged(path: str, packages: Packages) -> list[Item]:
    return list(judge(path, packages))


def judge(path: str, packages: Packages) -> Iterator[Item]:
    """What of this file is not as its package has it."""
    try:
        about = os.lstat(path)
    except OSError:
        return
    if not stat.S_ISREG(about.st_mode):
        return
    name, shipped = os.path.basename(path), packages.ships(real(path))
    for bit, word, usually in ((stat.S_ISUID, "user", SETUID), (stat.S_ISGID, "group", SETGID)):
        if about.st_mode & bit and about.st_mode & 0o111 and not _known(path, name, usually, packages):
            owner = about.st_uid if word == "user" else about.st_gid
            whose = "whose package has it otherwise" if shipped else "which no package ships"
            yield item(
                "setuid.unmanaged", path, f"{path}, {whose}, runs with the rights of {word} {owner}"
            ) | {"actual": f"{stat.S_IMODE(about.st_mode):04o}"}
    if about.st_mode & 0o111 and _capable(path) and not _known(path, name, CAPABLE, packages):
        whose = "whose package has none" if shipped else "which no package ships"
        yield item("capability.unmanaged", path, f"{path}, {whose}, has capabilities of its own")


def _known(path: str, name: str, usually: Collection[str], packages: Packages) -> bool:
    if not packages.ships(real(path)):
        return False
    return name in usually or path in packages.overrides or made_by_script(path, packages.changes_of_mode)


def made_by_script(path: str, changes_of_mode: str) -> bool:
    """Whether a package's own script gives the program its rights, as that of msmtp does."""
    return bool(re.search(rf"{re.escape(path)}(?![\w/.-])", changes_of_mode))


def _capable(path: str) -> bool:
    try:
        return bool(os.getxattr(path, XATTR, follow_symlinks=False))
    except OSError:
        return False
