"""Places on this host from which programs run, or by which accounts become root, and what lies there.

What a package ships, unchanged, what the installer writes, and what Rigwright manages is left out.
Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import glob
import hashlib
import os
from typing import TYPE_CHECKING, Any

from rigwright.host import known_contents as known
from rigwright.host.packaged import OWN_SUFFIXES, content

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from rigwright.host.packaged import Packages

Item = dict[str, Any]
"""``kind``, ``where`` and ``what`` of a finding, with ``actual`` and ``changed`` where they are known."""

FOLDERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "cron.unmanaged",
        "cron runs it",
        ("/etc/crontab", "/etc/anacrontab", "/etc/cron.*/*", "/var/spool/cron/*/*", "/var/spool/anacron/*/*"),
    ),
    (
        "sudo.unmanaged",
        "it lets accounts act as others",
        (
            *("/etc/sudoers", "/etc/sudoers.d/*", "/etc/doas.conf", "/etc/doas.d/*"),
            *("/etc/polkit-1/rules.d/*", "/run/polkit-1/rules.d/*", "/usr/local/share/polkit-1/rules.d/*"),
            *("/etc/polkit-1/localauthority/*/*", "/var/lib/polkit-1/localauthority/*/*"),
        ),
    ),
    (
        "pam.unmanaged",
        "it decides who may log in",
        ("/etc/pam.conf", "/etc/pam.d/*", "/usr/lib/pam.d/*", "/etc/security/*.conf"),
    ),
    (
        "preload.unmanaged",
        "every program loads what it names",
        ("/etc/ld.so.preload", "/etc/ld.so.conf", "/etc/ld.so.conf.d/*"),
    ),
    (
        "module.unmanaged",
        "it loads kernel modules, or runs a program in their place",
        (
            *("/etc/modules", "/etc/modules-load.d/*", "/etc/modprobe.d/*", "/usr/lib/modules-load.d/*"),
            *("/usr/local/lib/modules-load.d/*", "/run/modules-load.d/*", "/usr/lib/modprobe.d/*"),
            *("/run/modprobe.d/*", "/usr/local/lib/modprobe.d/*"),
        ),
    ),
    (
        "startup.unmanaged",
        "it runs at boot or at each login",
        (
            *("/etc/rc.local", "/etc/init.d/*", "/etc/profile", "/etc/profile.d/*", "/etc/bash.bashrc"),
            *("/etc/environment", "/etc/bash.bash_logout", "/etc/zsh/*", "/etc/zprofile", "/etc/zshenv"),
            *("/root/.bashrc", "/root/.profile", "/root/.bash_profile", "/root/.bash_login"),
            *(
                "/root/.bash_logout",
                "/root/.bash_aliases",
                "/root/.zshrc",
                "/root/.zshenv",
                "/root/.zprofile",
            ),
            *("/root/.pam_environment", "/root/.ssh/rc", "/root/.ssh/environment", "/etc/ssh/sshrc"),
            "/etc/update-motd.d/*",
        ),
    ),
    (
        "udev.unmanaged",
        "it runs programs when devices appear",
        (
            *("/etc/udev/rules.d/*", "/run/udev/rules.d/*", "/usr/local/lib/udev/rules.d/*"),
            "/usr/lib/udev/rules.d/*",
        ),
    ),
    (
        "hook.unmanaged",
        "another program runs it as root",
        (
            *(
                "/etc/network/if-*.d/*",
                "/etc/networkd-dispatcher/*.d/*",
                "/usr/lib/networkd-dispatcher/*.d/*",
            ),
            *("/etc/dhcp/dhclient-*-hooks.d/*", "/etc/NetworkManager/dispatcher.d/*", "/etc/logrotate.d/*"),
            *("/etc/initramfs-tools/hooks/*", "/etc/initramfs-tools/scripts/*/*", "/etc/kernel/*.d/*"),
            *("/etc/dpkg/dpkg.cfg.d/*", "/etc/apt/apt.conf.d/*", "/etc/ppp/ip-*.d/*", "/etc/acpi/events/*"),
            *(
                "/etc/systemd/*-generators/*",
                "/run/systemd/*-generators/*",
                "/usr/lib/systemd/*-generators/*",
            ),
            *("/usr/local/lib/systemd/*-generators/*", "/etc/systemd/system-sleep/*"),
            *("/etc/systemd/system-shutdown/*", "/usr/lib/systemd/system-sleep/*"),
            *("/usr/lib/systemd/system-shutdown/*", "/etc/ca-certificates/update.d/*"),
        ),
    ),
    (
        "apt.unmanaged",
        "packages come from there",
        (
            *("/etc/apt/sources.list", "/etc/apt/sources.list.d/*", "/etc/apt/trusted.gpg"),
            *("/etc/apt/trusted.gpg.d/*", "/etc/apt/keyrings/*", "/etc/apt/preferences.d/*"),
            *("/etc/apt/preferences", "/usr/share/keyrings/*"),
        ),
    ),
)
CRONTABS = "/var/spool/cron/crontabs/"
HARMLESS: dict[str, Callable[[str, bytes, Packages, Collection[str]], bool]] = {
    "sudo.unmanaged": known.sudo_rules,
    "pam.unmanaged": known.pam,
    "module.unmanaged": known.modules,
    "startup.unmanaged": known.startup,
    "udev.unmanaged": known.udev,
    "hook.unmanaged": known.hook,
    "apt.unmanaged": known.apt,
    "cron.unmanaged": known.cron,
}
"""Whether a file that no package ships, or that was changed, is as an installer or a package makes it."""


def found(packages: Packages, managed: Collection[str], operators: Collection[str]) -> Iterator[Item]:
    """Everything in the places that is neither packaged, nor as installers make it, nor managed.

    Args:
        packages: What dpkg knows.
        managed: Paths that Rigwright manages.
        operators: Accounts that the inventory declares.
    """
    seen: set[str] = set()
    for kind, what, patterns in FOLDERS:
        for path in (path for pattern in patterns for path in sorted(glob.glob(pattern))):
            if path in seen or path in managed or path.endswith(OWN_SUFFIXES):
                continue
            seen.add(path)
            if (problem := _problem(kind, path, packages, operators)) is not None:
                account = f" as {os.path.basename(path)}" if path.startswith(CRONTABS) else ""
                yield item(kind, path, f"{path} {problem}: {what}{account}")


def _problem(kind: str, path: str, packages: Packages, operators: Collection[str]) -> str | None:
    """What is wrong with a path; None where nothing is."""
    target = os.path.realpath(path)
    if not os.path.isfile(target) or target == "/dev/null":
        return None
    if packages.ships(target) and packages.conffiles.get(target) is None:
        return None  # whether its content changed is compared with all other files of packages
    pristine = packages.pristine(target)
    if pristine:
        return None
    data = content(target)
    if data is not None and kind in HARMLESS and HARMLESS[kind](path, data, packages, operators):
        return None
    return "is not managed by Rigwright" if pristine is None else "differs from what its package ships"


def item(kind: str, path: str, what: str) -> Item:
    """A finding about a file, with a hash of its content and the time of its last change."""
    data = content(path)
    return {
        "kind": kind,
        "where": path,
        "what": what + _by(path),
        "actual": None if data is None else f"sha256:{hashlib.sha256(data).hexdigest()[:16]}",
        "changed": changed(path),
    }


def _by(path: str) -> str:
    """Whose file it is, where that is not root."""
    try:
        owner = os.lstat(path).st_uid
    except OSError:
        return ""
    return f" (it belongs to uid {owner})" if owner else ""


def changed(path: str) -> float | None:
    """Seconds since the epoch of the last change of the inode."""
    try:
        return os.lstat(path).st_ctime
    except OSError:
        return None
