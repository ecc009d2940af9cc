"""A VM's image: its kernel, and its tree as a disk without partitions, for QEMU to boot without a loader."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from rigwright.errors import RigError
from rigwright.lab import machine

KERNEL: Final = "vmlinuz"
INITRD: Final = "initrd.img"
SYSTEM: Final = "system.img"
SYSTEM_GIB: Final = 16


def pack(tree: Path) -> Path:
    """Make a folder beside the tree with what boots, and take the tree away.

    Raises:
        RigError: The tree has no kernel, or no module of ZFS for it.
    """
    packed = tree.with_name("packed")
    packed.mkdir()
    (version,) = _kernels(tree)
    for name, source in ((KERNEL, f"vmlinuz-{version}"), (INITRD, f"initrd.img-{version}")):
        shutil.copyfile(tree / "boot" / source, packed / name)
    system = packed / SYSTEM
    machine.call("mkfs.ext4", "-q", "-F", "-L", "system", "-d", str(tree), str(system), f"{SYSTEM_GIB}G")
    shutil.rmtree(tree)
    return packed


def _kernels(tree: Path) -> list[str]:
    versions = [path.name.removeprefix("vmlinuz-") for path in (tree / "boot").glob("vmlinuz-*")]
    if len(versions) != 1:
        raise RigError(f"the tree of a VM has {len(versions)} kernels instead of one")
    if not list((tree / "lib/modules" / versions[0]).rglob("zfs.ko*")):
        raise RigError(f"no ZFS module was built for kernel {versions[0]}", next_step="read the build's log")
    return versions
