"""A VM's disks, and what QEMU needs to know of it. Needs root."""

from __future__ import annotations

import contextlib
import hashlib
import io
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rigwright.lab import machine, network, qemu, vm_image
from rigwright.lab.disk import File
from rigwright.lab.qemu import Accelerator
from rigwright.lab.record import HostRecord

DATA_GIB: Final = 8
PROBE_SECONDS: Final = 20
ATTACH: Final = Path(__file__).with_name("attach.sh")
PROBED: Final = "accelerator"


def machine_of(host: HostRecord) -> qemu.Machine:
    """What QEMU needs to know of a host."""
    image = Path(host.image)
    return qemu.Machine(
        name=host.name,
        machine_id=machine_id(host),
        mac=network.mac(host.number),
        tap=network.link(host.number),
        folder=host.folder,
        image=image,
        accelerator=accelerator(image),
        attach=ATTACH,
    )


def machine_id(host: HostRecord) -> str:
    """Of the host's name and number: a VM keeps it through every reset."""
    return hashlib.sha256(f"rigwright lab {host.name} {host.number}".encode()).hexdigest()[:32]


def accelerator(image: Path) -> Accelerator:
    """What can run this image's kernel here; found out once for each boot of the machine.

    A machine can have ``/dev/kvm`` and still not run a stock kernel in it. So the kernel is started, and must
    get as far as searching for the root disk that it was not given.
    """
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    record = image / PROBED
    with contextlib.suppress(FileNotFoundError):
        known, found = record.read_text().split()
        if known == boot_id:
            return "kvm" if found == "kvm" else "tcg"
    best: Accelerator = "kvm" if Path("/dev/kvm").exists() and _boots(image) else "tcg"
    record.write_text(f"{boot_id} {best}\n")
    return best


def _boots(image: Path) -> bool:
    command = [
        qemu.PROGRAM, *qemu.processor("kvm"), "-m", "512", "-no-reboot", "-serial", "stdio",
        "-kernel", str(image / vm_image.KERNEL), "-append", "console=ttyS0 panic=-1 root=/dev/none",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return b"Unable to mount root fs" in done.stdout


def make_disks(host: HostRecord, files: Iterable[File]) -> None:
    """A host's disks as they were before its first boot: the image's system, and empty drives."""
    folder, image = host.folder, Path(host.image)
    base = image / vm_image.SYSTEM
    disk = qemu.system_disk(folder)
    disk.unlink(missing_ok=True)
    machine.call("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(base), str(disk))
    for name in (*qemu.NVME, qemu.SATA):
        with qemu.data_disk(folder, name).open("wb") as drive:
            drive.truncate(DATA_GIB << 30)
    seed = qemu.seed(folder)
    seed.touch(mode=0o600)
    seed.write_bytes(archive([*files, *_own_files(host)]))


def _own_files(host: HostRecord) -> list[File]:
    net = network.up()
    text = (
        f"[Match]\nMACAddress={network.mac(host.number)}\n\n[Network]\nAddress={host.address}/24\n"
        f"Address={host.address6}/64\nGateway={net.gateway}\nIPv6AcceptRA=no\nLinkLocalAddressing=ipv6\n"
    )
    return [
        File("/etc/systemd/network/10-lab.network", text),
        File("/etc/machine-id", f"{machine_id(host)}\n", 0o444),
    ]


def archive(files: Iterable[File]) -> bytes:
    """The files as a tar; folders of users belong to them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for file in files:
            if file.uid:
                tar.addfile(_entry(str(Path(file.path).parent), file, 0o700, tarfile.DIRTYPE))
            entry = _entry(file.path, file, file.mode, tarfile.REGTYPE)
            content = file.text.encode()
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _entry(path: str, file: File, mode: int, kind: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.mode, entry.uid, entry.gid, entry.type = mode, file.uid, file.gid, kind
    return entry
