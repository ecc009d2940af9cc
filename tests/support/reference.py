"""The reference host's inventory, scaled to the lab's VM: what a small machine without a card needs changed.

All else is what ``inventories/prod.py`` says. What differs, and why:

- Debian 13 in place of Ubuntu 22.04: the lab makes VMs of no other system. Containers have each system.
- No card: a VM has none that a driver binds to. ``nvidia``, the stack ``render`` and the count of cards are
  left out; tests/lab/test_vm_nvidia.py and test_nvidia.py have the driver and the containers' devices.
- Names of disks, sizes, CPUs, and the seconds that a stack may take on an emulated processor.
- The office's network is the lab's. PostgreSQL's own repository and the authority of certificates are
  stand-ins on the VM, with keys of their own.
- Of backups nothing: the repository is on its dataset of the third disk, with the same promise.
"""

from __future__ import annotations

from typing import Any

from deploys.nginx.settings import Acme
from deploys.postgres.settings import Pgdg
from deploys.rig import Disk, Machine, Rig
from deploys.twin.lab import changed
from inventories.prod import prod

MIB = 2**20
DISKS = {
    "nvme-DATA_4TB_S2": "nvme-QEMU_NVMe_Ctrl_RIGLAB-NVME0",
    "ata-MEDIA_8TB_S3": "nvme-QEMU_NVMe_Ctrl_RIGLAB-NVME1",
    "usb-BACKUP_8TB_S4-0:0": "ata-QEMU_HARDDISK_RIGLAB-SATA0",
}
OFFICE = "198.51.100.0/24"


def scaled(network: str, pgdg: dict[str, str], authority: dict[str, str]) -> Rig:
    """The reference host on the lab's VM.

    Args:
        network: Where the lab's machine is, in place of the office.
        pgdg: The stand-in for PostgreSQL's repository: ``key`` and ``uri``.
        authority: That for Let's Encrypt: ``directory_url`` and ``ca_bundle``.
    """
    ((_, data),) = prod
    rig: Rig = data["rig"]
    assert rig.base
    assert rig.zfs
    assert rig.health
    assert rig.prometheus
    smaller: dict[str, Any] = {
        "machine": _machine(rig.machine),
        "base": changed(rig.base, placements=[changed(one, **_PLACED) for one in rig.base.placements]),
        "firewall": _firewall(rig, network),
        "zfs": changed(
            rig.zfs,
            arc_limit=300 * MIB,
            pools=[changed(pool, disks=[DISKS[name] for name in pool.disks]) for pool in rig.zfs.pools],
            datasets=[
                changed(one, reservation=200 * MIB) if one.reservation else one for one in rig.zfs.datasets
            ],
        ),
        "nvidia": None,
        "docker": _docker(rig),
        "postgres": _postgres(rig, pgdg),
        "redis": _redis(rig),
        "apps": _apps(rig),
        "nginx": _nginx(rig, authority),
        "health": changed(rig.health, gpus=0, nvme_drives=2, sata_disks=1),
        "prometheus": changed(rig.prometheus, retention_size=512 * MIB),
    }
    return Rig(**{**{name: getattr(rig, name) for name in Rig.model_fields}, **smaller})


_PLACED = {"cpus": "0-1", "memory_max": 512 * MIB}


def _machine(machine: Machine) -> Machine:
    disks = [
        Disk(id=DISKS[one.id], size=8 * 2**30, role=one.role) for one in machine.disks if one.id in DISKS
    ]
    return changed(machine, os="debian13", cpu_threads=2, memory=3 * 2**30, disks=disks, gpus=[])


def _firewall(rig: Rig, network: str) -> Any:
    firewall = rig.firewall
    assert firewall
    assert firewall.fail2ban
    assert firewall.unlimited_networks == (OFFICE,)
    return changed(
        firewall,
        access=[changed(one, networks=[network]) for one in firewall.access],
        unlimited_networks=[network],
        fail2ban=changed(firewall.fail2ban, ignored_networks=[network]),
    )


def _docker(rig: Rig) -> Any:
    assert rig.docker
    stacks = [one for one in rig.docker.stacks if "nvidia.com/gpu" not in one.compose]
    assert len(stacks) == len(rig.docker.stacks) - 1
    small = [(one, one.compose.replace("2G", "128M").replace("1G", "64M")) for one in stacks]
    return changed(rig.docker, stacks=[changed(one, compose=text, wait_seconds=1800) for one, text in small])


def _postgres(rig: Rig, pgdg: dict[str, str]) -> Any:
    assert rig.postgres
    return changed(rig.postgres, memory=256 * MIB, cpu_threads=2, pgdg=Pgdg(**pgdg))


def _redis(rig: Rig) -> Any:
    assert rig.redis
    return changed(rig.redis, memory=64 * MIB)


def _apps(rig: Rig) -> Any:
    assert rig.apps
    (app,) = rig.apps.apps
    small = [changed(one, memory=32 * MIB, memory_reservation=None) for one in app.processes]
    return changed(rig.apps, apps=[changed(app, processes=small)])


def _nginx(rig: Rig, authority: dict[str, str]) -> Any:
    assert rig.nginx
    (site,) = rig.nginx.sites
    assert isinstance(site.certificate, Acme)
    return changed(rig.nginx, sites=[changed(site, certificate=changed(site.certificate, **authority))])
