"""The machine's Debian packages that the lab stands on, each with its reason."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from rigwright import console
from rigwright.errors import RigError
from rigwright.lab.recipe import Kind

FOR_ALL = (
    ("mmdebstrap", "makes the hosts' images"),
    ("systemd-container", "runs a host: systemd-nspawn"),
    ("nftables", "lets hosts reach the outside under the machine's address"),
    ("iproute2", "makes the lab's network"),
    ("openssh-client", "makes SSH keys and logs in"),
    ("debian-archive-keyring", "verifies what Debian's archive delivers"),
)
FOR_VMS = (
    ("qemu-system-x86", "runs a VM"),
    ("qemu-utils", "makes a VM's disks"),
    ("e2fsprogs", "makes a VM's file system"),
)
FOR_VAGRANT = (
    ("vagrant", "reads a Vagrantfile"),
    ("vagrant-libvirt", "lets Vagrant speak to libvirt"),
)
FOR_LIBVIRT = (
    ("libvirt-daemon-system", "runs Vagrant's machines"),
    ("dnsmasq-base", "gives them addresses"),
    ("iptables", "lets them reach the outside"),
)
Need = Kind | Literal["vagrant", "libvirt"]
NEEDED: Final[Mapping[Need, tuple[tuple[str, str], ...]]] = {
    "container": FOR_ALL,
    "vm": (*FOR_ALL, *FOR_VMS),
    "s3": FOR_ALL,
    "vagrant": FOR_VAGRANT,
    "libvirt": FOR_LIBVIRT,
}
# A file that shows that a package is there, without a run of dpkg each time.
MARKS = {
    "mmdebstrap": "mmdebstrap",
    "systemd-container": "systemd-nspawn",
    "nftables": "nft",
    "iproute2": "ip",
    "openssh-client": "ssh-keygen",
    "qemu-system-x86": "qemu-system-x86_64",
    "qemu-utils": "qemu-img",
    "e2fsprogs": "mkfs.ext4",
    "vagrant": "vagrant",
    "vagrant-libvirt": "/var/lib/dpkg/info/vagrant-libvirt.list",
    "libvirt-daemon-system": "/etc/libvirt/qemu.conf",
    "dnsmasq-base": "dnsmasq",
    "iptables": "iptables",
    "debian-archive-keyring": "/usr/share/keyrings/debian-archive-keyring.gpg",
}


def missing(need: Need) -> list[tuple[str, str]]:
    """The packages that this machine lacks for such hosts, with what each is for."""
    return [
        (name, why)
        for name, why in NEEDED[need]
        if not (shutil.which(MARKS[name]) or Path(MARKS[name]).is_file())
    ]


def install_missing(need: Need) -> None:
    """Say what is missing and why, and install it with apt. Needs root.

    Raises:
        RigError: apt is not there, or could not install it.
    """
    lacking = missing(need)
    if not lacking:
        return
    for name, why in lacking:
        console.note(f"installing {name}: {why}")
    names = [name for name, _ in lacking]
    manually = f"apt-get install {' '.join(names)}"
    if not shutil.which("apt-get"):
        raise RigError(f"this machine has no apt-get, and lacks {', '.join(names)}", next_step="install them")
    for command in (
        ["apt-get", "-q", "update"],
        ["apt-get", "-qy", "install", "--no-install-recommends", *names],
    ):
        with console.Progress(" ".join(command)):
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
            )
        if done.returncode:
            raise RigError(f"apt failed:\n{done.stderr.strip()}", next_step=manually)
