"""The reference host: one server in an office that renders videos and serves them.

Copy this file and the folder ``studio`` for a host of your own. Addresses and names are those that are
reserved for documentation. Every setting stands there once, most at its default, which can be left out.
"""

from datetime import date
from pathlib import Path

from deploys.rig import AcceptedFinding, Disk, Machine, Rig
from inventories.studio.apps import apps
from inventories.studio.backup import backup
from inventories.studio.base import base
from inventories.studio.docker import docker
from inventories.studio.firewall import firewall
from inventories.studio.health import health
from inventories.studio.nginx import nginx
from inventories.studio.nvidia import nvidia
from inventories.studio.postgres import postgres
from inventories.studio.prometheus import prometheus
from inventories.studio.redis import redis
from inventories.studio.ssh import ssh
from inventories.studio.zfs import zfs
from rigwright.inventory.load import ssh_host
from rigwright.secrets import LabSecrets

_TB = 10**12

# In yours: Secrets("prod"), the encrypted store of docs/how-to/secrets.md. These are made up where they are
# first read, in the folder .lab, so that this example loads everywhere: no host has them.
_secrets = LabSecrets(Path(__file__).resolve().parent.parent / ".lab")

_machine = Machine(
    os="ubuntu2204",  # what differs between systems: docs/reference/support.md
    cpu_threads=32,  # AMD Ryzen 9 9950X3D, 16 cores
    memory=128 * 2**30,  # DDR5-5600
    disks=[
        # The names are those of /dev/disk/by-id: ls -l /dev/disk/by-id
        Disk(id="nvme-SYSTEM_2TB_S1", size=2 * _TB, role="system: operating system and applications"),
        Disk(id="nvme-DATA_4TB_S2", size=4 * _TB, role="data: database and cache"),
        Disk(id="ata-MEDIA_8TB_S3", size=8 * _TB, role="media: video"),
        Disk(id="usb-BACKUP_8TB_S4-0:0", size=8 * _TB, role="backup: daily backups"),
    ],
    gpus=["10de:2b85"],  # an RTX 5090, as lspci -nn -d 10de: shows it
    accepted=[
        AcceptedFinding(
            where="tcp 0.0.0.0:5405",  # as rig drift names it
            reason="the render farm's node agent, until its new version listens on the office network only",
            until=date(2027, 6, 30),  # after that it is a finding again
            kind="socket.unmanaged",
            actual="farm-agent",  # by another program it is a finding again
        ),
    ],
)

prod = [
    ssh_host(
        "studio",
        Rig(
            machine=_machine,
            base=base(_secrets),
            ssh=ssh,
            firewall=firewall,
            zfs=zfs,  # None: other file systems, and all else works as well
            nvidia=nvidia,
            docker=docker(_secrets),
            postgres=postgres(_secrets),
            redis=redis(_secrets),
            apps=apps(_secrets),
            nginx=nginx,
            health=health,
            backup=backup(_secrets),
            prometheus=prometheus,
        ),
        address="192.0.2.10",
        user="operator",
    ),
]
