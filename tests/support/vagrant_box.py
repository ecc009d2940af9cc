"""A Vagrant box made from the lab's own VM image, for machines that reach no registry of boxes. Needs root.

It is as those that are published: a user ``vagrant`` whose password and key everybody knows, no SSH host key
before the first boot, an address from DHCP. It has no boot loader: libvirt gives its kernel to QEMU.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from rigwright.lab import machine, vm, vm_image
from rigwright.lab.image import image
from rigwright.lab.recipe import OPERATOR, VM_RECIPES

GEMS: Final = Path("/usr/share/rubygems-integration/all/gems")

# $1 is the tree, $2 the key. The lab's seed, which runs once before sshd, makes the host's keys instead.
# Vagrant writes files for networkd that must come first.
PREPARE: Final = f"""\
set -eu
chroot "$1" userdel --remove {OPERATOR} 2>/dev/null
chroot "$1" useradd --uid 1000 --create-home --shell /bin/bash vagrant
echo vagrant:vagrant | chroot "$1" chpasswd
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' >"$1/etc/sudoers.d/vagrant"
chmod 440 "$1/etc/sudoers.d/vagrant"
install -d -m 700 -o 1000 -g 1000 "$1/home/vagrant/.ssh"
install -m 600 -o 1000 -g 1000 "$2" "$1/home/vagrant/.ssh/authorized_keys"
printf '#!/bin/sh\\nexec ssh-keygen -A\\n' >"$1/usr/lib/rigwright-lab/seed"
printf '[Match]\\nName=e*\\n\\n[Network]\\nDHCP=yes\\n' >"$1/etc/systemd/network/99-dhcp.network"
printf '127.0.0.1\\tlocalhost\\n127.0.1.1\\tbox\\n' >"$1/etc/hosts"
echo box >"$1/etc/hostname"
"""

# What an emulated processor needs, or what a box without a loader does; a published box has less.
VAGRANTFILE: Final = """\
Vagrant.configure("2") do |config|
  config.vm.boot_timeout = 900
  config.vm.provider :libvirt do |libvirt|
    libvirt.driver = "{driver}"
    libvirt.cpu_mode = "maximum"
    libvirt.machine_type = "q35"
    libvirt.graphics_type = "none"
    libvirt.video_type = "none"
    libvirt.disk_driver cache: "unsafe"
    libvirt.kernel = File.expand_path("{kernel}", __dir__)
    libvirt.initrd = File.expand_path("{initrd}", __dir__)
    libvirt.cmd_line = "root=/dev/vda rw console=ttyS0 quiet mitigations=off net.ifnames=0"
  end
end
"""


def build(folder: Path) -> Path:
    """A box of Debian 13 in this folder, which takes 3 GB while it is made."""
    packed = image(VM_RECIPES["debian13"])
    raw = folder / "system.raw"
    machine.call("cp", "--sparse=always", str(packed / vm_image.SYSTEM), str(raw))
    _prepare(raw, folder)
    parts = folder / "parts"
    parts.mkdir()
    machine.call("qemu-img", "convert", "-O", "qcow2", str(raw), str(parts / "box.img"))
    raw.unlink()
    for name in (vm_image.KERNEL, vm_image.INITRD):
        shutil.copyfile(packed / name, parts / name)
    driver = "kvm" if vm.accelerator(packed) == "kvm" else "qemu"
    (parts / "Vagrantfile").write_text(
        VAGRANTFILE.format(driver=driver, kernel=vm_image.KERNEL, initrd=vm_image.INITRD)
    )
    description = {"provider": "libvirt", "format": "qcow2", "virtual_size": vm_image.SYSTEM_GIB}
    (parts / "metadata.json").write_text(json.dumps(description))
    box = folder / "debian13.box"
    machine.call("tar", "-C", str(parts), "-cf", str(box), *sorted(path.name for path in parts.iterdir()))
    shutil.rmtree(parts)
    return box


def _prepare(raw: Path, folder: Path) -> None:
    tree = folder / "tree"
    tree.mkdir()
    (key,) = GEMS.glob("vagrant-[0-9]*/keys/vagrant.pub")
    machine.call("mount", "-o", "loop", str(raw), str(tree))
    try:
        machine.call("sh", "-c", PREPARE, "sh", str(tree), str(key))
        (tree / "etc/machine-id").write_text(f"{secrets.token_hex(16)}\n")
        (tree / "etc/resolv.conf").write_text(machine.name_servers())
    finally:
        subprocess.run(["umount", str(tree)], check=True)


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))  # noqa: T201  it is what this prints
