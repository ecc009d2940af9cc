"""The command line of a lab VM's QEMU: a function of values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from rigwright.lab.recipe import VM_SEED
from rigwright.lab.vm_image import INITRD, KERNEL

Accelerator = Literal["kvm", "tcg"]

PROGRAM: Final = "qemu-system-x86_64"
MEMORY_MIB: Final = 3072
PROCESSORS: Final = 2
NVME: Final = ("nvme0", "nvme1")
SATA: Final = "sata0"
NIC: Final = "net0"


@dataclass(frozen=True)
class Machine:
    """One VM, as QEMU needs to know it.

    Attributes:
        name: Its host name.
        machine_id: What ``/etc/machine-id`` has, 32 hexadecimal digits.
        mac: Its address on the lab's bridge.
        tap: The machine's end of its cable.
        folder: Its disks, sockets and console.
        image: The kernel that it boots.
        accelerator: What runs its instructions.
        attach: Program that puts the tap device on the lab's bridge.
    """

    name: str
    machine_id: str
    mac: str
    tap: str
    folder: Path
    image: Path
    accelerator: Accelerator
    attach: Path


def system_disk(folder: Path) -> Path:
    """What the VM has written since its image."""
    return folder / "system.qcow2"


def data_disk(folder: Path, name: str) -> Path:
    """A data disk, thin."""
    return folder / f"{name}.img"


def seed(folder: Path) -> Path:
    """The archive of files that make the image this host."""
    return folder / "seed.tar"


def monitor(folder: Path) -> Path:
    """The socket of QEMU's monitor."""
    return folder / "monitor"


def agent(folder: Path) -> Path:
    """The socket of the agent inside."""
    return folder / "agent"


def command(machine: Machine) -> list[str]:
    """The whole command line; every device has the id by which faults name it."""
    return [
        PROGRAM,
        "-name", machine.name,
        *processor(machine.accelerator),
        "-smp", str(PROCESSORS),
        "-m", str(MEMORY_MIB),
        *_boot(machine),
        *_disks(machine.folder),
        *_network(machine),
        *_channels(machine.folder),
    ]  # fmt: skip


def processor(accelerator: Accelerator) -> list[str]:
    """A machine without anything but what is named, with the best processor that there is."""
    accelerate = "kvm" if accelerator == "kvm" else "tcg,thread=multi,tb-size=512"
    bare = ["-nodefaults", "-no-user-config", "-display", "none", "-machine", "q35"]
    return [*bare, "-accel", accelerate, "-cpu", "max"]


def _boot(machine: Machine) -> list[str]:
    words = (
        "root=/dev/vda", "rw", "console=ttyS0", "quiet", "mitigations=off", "net.ifnames=0",
        f"systemd.hostname={machine.name}", f"systemd.machine_id={machine.machine_id}",
    )  # fmt: skip
    return [
        "-kernel", str(machine.image / KERNEL),
        "-initrd", str(machine.image / INITRD),
        "-append", " ".join(words),
        "-fw_cfg", f"name={VM_SEED},file={seed(machine.folder)}",
        "-serial", f"file:{machine.folder / 'console.log'}",
    ]  # fmt: skip


def _disks(folder: Path) -> Iterator[str]:
    """A system disk, two NVMe drives that can be pulled, and a SATA drive.

    The machine's own power stays, so nothing is lost when QEMU leaves flushing to it.
    """
    yield from _drive("system", system_disk(folder), "qcow2")
    yield from ("-device", "virtio-blk-pci,drive=system,id=system-disk")
    for number, name in enumerate(NVME, 1):
        yield from _drive(f"{name}-drive", data_disk(folder, name), "raw")
        yield from ("-device", f"pcie-root-port,id={name}-port,chassis={number},slot={number}")
        yield from ("-device", ",".join(f"{key}={value}" for key, value in nvme(name).items()))
    yield from _drive(f"{SATA}-drive", data_disk(folder, SATA), "raw")
    yield from ("-device", f"ide-hd,id={SATA},drive={SATA}-drive,bus=ide.0,serial={serial(SATA)}")


def nvme(name: str) -> dict[str, str]:
    """An NVMe drive, in a slot from which it can be pulled."""
    drive, bus = f"{name}-drive", f"{name}-port"
    return {"driver": "nvme", "id": name, "drive": drive, "bus": bus, "serial": serial(name)}


def serial(name: str) -> str:
    """A disk's serial number."""
    return f"RIGLAB-{name.upper()}"


def _drive(name: str, path: Path, kind: str) -> tuple[str, str]:
    options = f"driver={kind},node-name={name},cache.no-flush=on,discard=unmap"
    return "-blockdev", f"{options},file.driver=file,file.filename={path},file.discard=unmap"


def _network(machine: Machine) -> list[str]:
    tap = f"tap,id={NIC}-tap,ifname={machine.tap},script={machine.attach},downscript=no"
    return ["-netdev", tap, "-device", f"virtio-net-pci,id={NIC},netdev={NIC}-tap,mac={machine.mac}"]


def _channels(folder: Path) -> list[str]:
    return [
        "-device", "virtio-rng-pci",
        "-device", "virtio-serial-pci",
        "-chardev", f"socket,id=agent,path={agent(folder)},server=on,wait=off",
        "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
        "-qmp", f"unix:{monitor(folder)},server=on,wait=off",
    ]  # fmt: skip
