"""What breaks in a VM's hardware, through QEMU's monitor."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rigwright.errors import RigError
from rigwright.lab import power, qemu
from rigwright.lab.json_lines import conversation
from rigwright.lab.record import HostRecord

MONITOR_SECONDS = 10
# NVMe base specification, SMART log, critical warning: bit 2: the reliability is degraded.
RELIABILITY_DEGRADED = 4


def inject(host: HostRecord, name: str) -> None:
    """Inject a fault.

    Raises:
        RigError: There is no such fault, the host is no VM, or it is not running.
    """
    if host.kind != "vm":
        step = f"rig lab down {host.name}, then rig lab up {host.name} --kind vm"
        raise RigError("is a container: it has no hardware of its own", host=host.name, next_step=step)
    if name not in FAULTS:
        raise RigError(f"{name!r} is no fault", next_step=f"use one of {', '.join(FAULTS)}")
    FAULTS[name][0](host)


def _order(host: HostRecord, command: str, arguments: Mapping[str, object]) -> None:
    with conversation(qemu.monitor(host.folder), MONITOR_SECONDS) as monitor:
        monitor.receive()  # its greeting
        monitor.execute("qmp_capabilities")
        monitor.execute(command, arguments)


def _critical(value: int) -> Callable[[HostRecord], None]:
    path = f"/machine/peripheral/{qemu.NVME[0]}"
    order = {"path": path, "property": "smart_critical_warning", "value": value}
    return lambda host: _order(host, "qom-set", order)


def _remove(name: str) -> Callable[[HostRecord], None]:
    return lambda host: _order(host, "device_del", {"id": name})


def _insert(host: HostRecord) -> None:
    _order(host, "device_add", {**qemu.nvme(qemu.NVME[1])})


def _cable(*, up: bool) -> Callable[[HostRecord], None]:
    return lambda host: _order(host, "set_link", {"name": qemu.NIC, "up": up})


FAULTS: dict[str, tuple[Callable[[HostRecord], None], str]] = {
    "nvme-critical": (
        _critical(RELIABILITY_DEGRADED),
        f"{qemu.NVME[0]} warns about its reliability",
    ),
    "nvme-well": (_critical(0), f"{qemu.NVME[0]} takes that back"),
    "disk-remove": (_remove(qemu.NVME[1]), f"{qemu.NVME[1]} is pulled"),
    "disk-insert": (_insert, f"{qemu.NVME[1]} is there again, without what it missed"),
    "net-cut": (_cable(up=False), "the network cable is out"),
    "net-restore": (_cable(up=True), "the network cable is in"),
    "power-cut": (lambda host: power.off(host.name), "no power, until rig lab up"),
}
"""Each fault with what it does and what it means."""
