"""What an image is made of: one value for each operating system, and its hash names the image."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal

from rigwright.errors import RigError
from rigwright.settings.platform import Os

Kind = Literal["container", "vm", "s3"]
"""A container shares the machine's kernel; a VM has its own, with disks, modules and reboots of its own; an
``s3`` is a container that is an S3 endpoint."""

PREFIXES: Final[dict[Kind, str]] = {"container": "", "vm": "vm-", "s3": "s3-"}
OPERATOR: Final = "operator"
OPERATOR_UID: Final = 1000

# What a server has after Debian's installer with "SSH server" and "standard system utilities",
# as far as a provisioning tool can notice it.
PACKAGES: Final = (
    "apt",
    "systemd-sysv",
    "libpam-systemd",
    "dbus",
    "openssh-server",
    "sudo",
    "python3",
    "python3-apt",
    "ca-certificates",
    "curl",
    "iproute2",
    "iputils-ping",
    "libcap2-bin",
    "netbase",
    "nftables",
    "kmod",
    "procps",
    "cron",
    "locales",
    "tzdata",
    "less",
    "vim-tiny",
)

# The archive's signing key of 2018, as ubuntu-keyring ships it.
UBUNTU_KEY: Final = "F6ECB3762474EDA9D21B7022871920D1991BC93C"

# $1 is the tree. ``operator`` is a group of base-passwd already, so the user joins it.
# mmdebstrap's own copies of the sources bear numbers.
SETUP: Final = """\
set -eu
chroot "$1" useradd --uid 1000 --gid operator --create-home --shell /bin/bash operator
rm -f "$1"/etc/ssh/ssh_host_*
rm -f "$1"/etc/resolv.conf "$1"/etc/hostname "$1"/etc/hosts
rm -f "$1"/etc/apt/sources.list.d/0000*
chroot "$1" update-ca-certificates >/dev/null
"""

# A VM boots a kernel of its own. ZFS is compiled while the image is made, at the machine's speed.
VM_PACKAGES: Final = (
    "linux-image-amd64",
    "linux-headers-amd64",
    "initramfs-tools",
    "zfs-dkms",
    "zfsutils-linux",
    "qemu-guest-agent",
    "udev",
    "pciutils",
)
VM_SEED: Final = "opt/rigwright.seed"

# What a host is (keys, names, addresses) comes from the machine at its first boot; the unit lies where
# distributions put theirs, so that drift does not report it as an administrator's.
# A machine-id keeps systemd from enabling every unit; the kernel's command line has the host's own.
VM_SETUP: Final = (
    SETUP
    + f"""\
echo 00000000000000000000000000000001 >"$1/etc/machine-id"
echo '/dev/vda / ext4 defaults,discard 0 1' >"$1/etc/fstab"
mkdir -p "$1/usr/lib/rigwright-lab"
cat >"$1/usr/lib/rigwright-lab/seed" <<'SEED'
#!/bin/sh
set -eu
modprobe qemu_fw_cfg
tar -x -p -C / -f /sys/firmware/qemu_fw_cfg/by_name/{VM_SEED}/raw
SEED
chmod 755 "$1/usr/lib/rigwright-lab/seed"
cat >"$1/usr/lib/systemd/system/rigwright-lab-seed.service" <<'UNIT'
[Unit]
Description=What this lab host is
DefaultDependencies=no
After=systemd-remount-fs.service
Before=sysinit.target systemd-networkd.service
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
[Service]
Type=oneshot
ExecStart=/usr/lib/rigwright-lab/seed
UNIT
mkdir -p "$1/usr/lib/systemd/system/sysinit.target.wants"
ln -s ../rigwright-lab-seed.service "$1/usr/lib/systemd/system/sysinit.target.wants/"
chroot "$1" systemctl enable -q systemd-networkd.service qemu-guest-agent.service
chroot "$1" systemctl mask -q systemd-networkd-wait-online.service
chroot "$1" systemctl disable -q apt-daily.timer apt-daily-upgrade.timer
"""
)

# A monitor, an object store and a gateway; a manager is needed for no request.
S3_PACKAGES: Final = ("ceph-mon", "ceph-osd", "radosgw", "openssl")
S3_PROGRAM: Final = "/usr/lib/rigwright-lab/s3"

# Logins wait for it: a host that can be logged in to serves objects.
S3_SETUP: Final = (
    SETUP
    + f"""\
cat >"$1/usr/lib/systemd/system/rigwright-lab-s3.service" <<'UNIT'
[Unit]
Description=S3 endpoint of the lab
After=network.target
Before=systemd-user-sessions.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={S3_PROGRAM}
TimeoutStartSec=300
[Install]
WantedBy=multi-user.target
UNIT
chroot "$1" systemctl enable -q rigwright-lab-s3.service
chroot "$1" systemctl mask -q ceph-crash.service
"""
)


@dataclass(frozen=True)
class Recipe:
    """One operating system's image.

    Attributes:
        os: The name that inventories use.
        distribution: ``debian`` or ``ubuntu``: which archive.
        suite: The release's code name.
        components: Archive areas that the host's apt sources name.
        packages: Installed beyond what is essential.
        keyring: The file on the host that verifies the archive, in its apt sources.
        setup: Shell script that finishes the tree, which it gets as ``$1``.
        kind: What its hosts are.
    """

    os: Os
    distribution: str
    suite: str
    components: tuple[str, ...]
    keyring: str
    packages: tuple[str, ...] = PACKAGES
    setup: str = SETUP
    kind: Kind = "container"

    @property
    def name(self) -> str:
        """What all of its images' names begin with."""
        return f"{PREFIXES[self.kind]}{self.os}"


DEBIAN_COMPONENTS = ("main", "contrib", "non-free", "non-free-firmware")
UBUNTU_COMPONENTS = ("main", "restricted", "universe", "multiverse")
DEBIAN_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
UBUNTU_KEYRING = "/usr/share/keyrings/ubuntu-archive-keyring.gpg"

# Debian 13 moved the kernel settings that came with systemd to a package of their own.
TRIXIE_PACKAGES = (*PACKAGES, "linux-sysctl-defaults")

RECIPES: dict[Os, Recipe] = {
    "debian13": Recipe("debian13", "debian", "trixie", DEBIAN_COMPONENTS, DEBIAN_KEYRING, TRIXIE_PACKAGES),
    "debian12": Recipe("debian12", "debian", "bookworm", DEBIAN_COMPONENTS, DEBIAN_KEYRING),
    "ubuntu2404": Recipe("ubuntu2404", "ubuntu", "noble", UBUNTU_COMPONENTS, UBUNTU_KEYRING),
    "ubuntu2204": Recipe("ubuntu2204", "ubuntu", "jammy", UBUNTU_COMPONENTS, UBUNTU_KEYRING),
}
DEFAULT_OS: Os = "debian13"
VM_RECIPES: dict[Os, Recipe] = {
    "debian13": replace(
        RECIPES["debian13"], packages=(*TRIXIE_PACKAGES, *VM_PACKAGES), setup=VM_SETUP, kind="vm"
    ),
}
S3_RECIPES: dict[Os, Recipe] = {
    "debian13": replace(
        RECIPES["debian13"], packages=(*TRIXIE_PACKAGES, *S3_PACKAGES), setup=S3_SETUP, kind="s3"
    ),
}
BY_KIND: Final[dict[Kind, dict[Os, Recipe]]] = {"container": RECIPES, "vm": VM_RECIPES, "s3": S3_RECIPES}


def recipe_of(os: Os, kind: Kind) -> Recipe:
    """The recipe of a kind of host.

    Raises:
        RigError: There is none.
    """
    recipes = BY_KIND[kind]
    if os not in recipes:
        raise RigError(f"there is no {kind} of {os}", next_step=f"use one of {', '.join(recipes)}")
    return recipes[os]


@dataclass(frozen=True)
class BuildEnvironment:
    """What the machine lends to its images, read when the image is made.

    Attributes:
        sources: The host's apt sources in deb822; empty for the build tool's own default.
        apt_options: Lines of apt configuration, such as a proxy.
        authorities: Names and PEM texts of the machine's own certificate authorities.
    """

    sources: str
    apt_options: tuple[str, ...]
    authorities: tuple[tuple[str, str], ...]


def kind_of(image: str) -> Kind:
    """What the hosts of an image are, by its name."""
    return next(
        (kind for kind, prefix in PREFIXES.items() if prefix and image.startswith(prefix)), "container"
    )


def image_name(recipe: Recipe, environment: BuildEnvironment) -> str:
    """``<name>-<hash>``: any change of the recipe or of what the machine lends makes another image."""
    value = json.dumps([asdict(recipe), asdict(environment)], sort_keys=True)
    return f"{recipe.name}-{hashlib.sha256(value.encode()).hexdigest()[:12]}"
