"""A video studio on the reference host: frontend, backend with an API and websockets, and workers on the GPU.

To change: the name of the host, its address, the names of the site and of the team, the disks of your machine
(``ls -l /dev/disk/by-id``) and the sizes. ``rig up --site ytempire`` tries it in the lab. Each setting at
length is in ``inventories/studio``.
"""

from pathlib import Path

from deploys.apps.settings import App, AppsSettings, DatabaseUrl, Process, RedisUrl
from deploys.backup.settings import (
    BackupSettings,
    Days,
    Local,
    PostgresBackups,
    Promise,
    ProtectedFiles,
    ResticBackups,
)
from deploys.base.settings import BaseSettings, Placement
from deploys.docker.settings import DockerSettings, Registry, Stack
from deploys.firewall.settings import Access, FirewallSettings
from deploys.health.settings import HealthSettings
from deploys.nginx.settings import Acme, NginxSettings, Proxy, RateLimit, RateZone, Site, Upstream
from deploys.nvidia.settings import ContainerToolkit, NvidiaSettings
from deploys.postgres.settings import Database, Pgdg, Pooler, PostgresSettings, Role
from deploys.prometheus.settings import Mail, PrometheusSettings
from deploys.redis.settings import RedisSettings, RedisUser
from deploys.rig import Disk, Machine, Rig
from deploys.ssh.settings import SshSettings
from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Pool, ZfsSettings
from deploys.zfs.snapshots import Replica, Snapshots
from rigwright.inventory.load import ssh_host
from rigwright.secrets import LabSecrets

_GIB = 2**30
_OFFICE = "198.51.100.0/24"  # where the team works
_BRIDGE = "172.30.0.1"  # where containers reach the host
_CONTAINERS = "172.30.0.0/16"
_secrets = LabSecrets(Path(__file__).resolve().parents[2] / ".lab")  # in yours: Secrets("ytempire")

_machine = Machine(
    os="ubuntu2204",
    cpu_threads=32,
    memory="128GB",
    disks=[
        Disk(id="nvme-SYSTEM_2TB_S1", size="2TB", role="system"),
        Disk(id="nvme-DATA_4TB_S2", size="4TB", role="database and cache"),
        Disk(id="ata-MEDIA_8TB_S3", size="8TB", role="video"),
        Disk(id="usb-BACKUP_8TB_S4-0:0", size="8TB", role="backups"),
    ],
    gpus=["10de:2b85"],
)

_zfs = ZfsSettings(
    arc_limit=16 * _GIB,
    pools=[
        Pool(name="data", disks=["nvme-DATA_4TB_S2"]),
        Pool(name="media", disks=["ata-MEDIA_8TB_S3"], trim="never"),
        Pool(name="backup", disks=["usb-BACKUP_8TB_S4-0:0"], trim="never", failmode="continue"),
    ],
    datasets=[
        Dataset(
            name="data/postgres",
            workload="postgres",
            mountpoint="/var/lib/postgresql",
            needed_by=["postgresql@.service"],
            snapshots=Snapshots(),
        ),
        Dataset(
            name="data/redis",
            workload="redis",
            mountpoint="/var/lib/redis",
            needed_by=["redis-server.service"],
        ),
        Dataset(name="media/video", workload="media", mountpoint="/srv/video", snapshots=Snapshots()),
        Dataset(name="backup/copies", workload="backups"),
        Dataset(name="backup/dumps", workload="backups", mountpoint="/var/backups/postgresql"),
        Dataset(name="backup/repository", workload="backups", mountpoint="/var/backups/repository"),
    ],
    replicas=[
        Replica(source="data/postgres", target="backup/copies/postgres", keep=Snapshots(daily=90)),
        Replica(source="media/video", target="backup/copies/video"),
    ],
)

_postgres = PostgresSettings(
    version=15,
    pgdg=Pgdg(key="inventories/keys/pgdg.asc"),
    memory=12 * _GIB,
    cpu_threads=4,
    disk="nvme",
    workload="web",
    listen_addresses=["127.0.0.1", _BRIDGE],
    roles=[
        Role(name="ytempire_owner", password=_secrets["postgres_ytempire_owner"], networks=[_CONTAINERS]),
        Role(name="ytempire", password=_secrets["postgres_ytempire"], networks=[_CONTAINERS]),
    ],
    databases=[Database(name="ytempire", owner="ytempire_owner", writers=["ytempire"])],
    pooler=Pooler(listen_addresses=["127.0.0.1", _BRIDGE]),
    exporter_port=9187,
    restart="report",
)

_redis = RedisSettings(
    administrator_password=_secrets["redis_administrator"],
    users=[RedisUser(name="backend", password=_secrets["redis_backend"], channels=["*"])],
    memory=4 * _GIB,  # twice as much while it saves: the 8 GB that it may take
    listen_addresses=["127.0.0.1", _BRIDGE],
    exporter_port=9121,
    exporter_password=_secrets["redis_exporter"],
)

_frontend = App(
    name="frontend",
    image="127.0.0.1:5000/frontend",
    processes=[
        Process(
            name="web",
            port=3000,
            listen=3000,
            slots_from=3100,
            ready_path="/health",
            memory=2 * _GIB,
            memory_reservation=_GIB,
            cpus=2.0,
        )
    ],
    variables={"API_URL": "https://ytempire.example.com/api"},
)
_backend = App(
    name="backend",
    image="127.0.0.1:5000/backend",
    processes=[
        Process(name="api", port=8000, listen=8000, slots_from=8100, instances=2, memory=4 * _GIB, cpus=4.0),
        Process(name="live", port=8001, listen=8001, slots_from=8120, memory=_GIB, cpus=1.0),
    ],
    secrets={"SESSION_KEY": _secrets["backend_session_key"]},
    urls={
        "DATABASE_URL": DatabaseUrl(role="ytempire", database="ytempire"),
        "REDIS_URL": RedisUrl(user="backend"),
    },
)

# What renders the videos. It takes no requests, so it is a stack: an apply brings a new version.
_RENDER = """
services:
  renderer:
    image: 127.0.0.1:5000/renderer:1.0.0
    restart: unless-stopped
    stop_grace_period: 5m
    healthcheck: {test: [CMD, nvidia-smi], interval: 30s, timeout: 10s, retries: 3}
    devices: ["nvidia.com/gpu=all"]
    env_file: [secrets.env]
    deploy: {resources: {limits: {cpus: "8", memory: 16G}}}
"""

_nginx = NginxSettings(
    sites=[
        Site(
            name="ytempire",
            domains=["ytempire.example.com"],
            certificate=Acme(email="operator@example.com"),
            routes=[
                Proxy(upstream="frontend"),
                Proxy(path="/api/", upstream="api", rate_limits=[RateLimit(zone="api", burst=40)]),
                Proxy(
                    path="/api/upload/", upstream="api", client_max_body_mib=20_480, read_timeout_seconds=600
                ),
                Proxy(path="/api/metrics", match="exact", upstream="api", allowed_networks=["127.0.0.1/32"]),
                Proxy(path="/live/", upstream="live", websocket=True, read_timeout_seconds=3600),
            ],
            health_paths=["/health"],
        )
    ],
    upstreams=[
        Upstream(name="frontend", app="frontend/web"),
        Upstream(name="api", app="backend/api"),
        Upstream(name="live", app="backend/live"),
    ],
    rate_zones=[RateZone(name="api", requests_per_second=20)],
    exporter_port=9113,
)

_backup = BackupSettings(
    files=[ProtectedFiles(name="videos", paths=["/srv/video"], hours=1, at_least_files=0)],
    repository=Local(path="/var/backups/repository/postgresql", mount="/var/backups/repository"),
    postgres=PostgresBackups(passphrase=_secrets["backup_passphrase"], incremental_hours=4),
    restic=ResticBackups(
        repository=Local(path="/var/backups/repository/files", mount="/var/backups/repository"),
        passphrase=_secrets["restic_passphrase"],
        keep=Days(days=30),
    ),
    promise=Promise(rto_seconds=4 * 3600, rpo_seconds=3600),
)

ytempire = [
    ssh_host(
        "ytempire",
        Rig(
            machine=_machine,
            base=BaseSettings(
                operator="operator",
                hostname="ytempire.example.com",
                placements=[
                    Placement(unit="postgresql@15-main.service", memory_max=16 * _GIB, cpu_percent=400),
                    Placement(unit="redis-server.service", memory_max=8 * _GIB, cpu_percent=200),
                ],
            ),
            ssh=SshSettings(allowed_users=["operator"]),
            firewall=FirewallSettings(access=[Access(port=22, networks=[_OFFICE])]),
            zfs=_zfs,
            nvidia=NvidiaSettings(
                modules="prebuilt-hwe",
                container_toolkit=ContainerToolkit(key="inventories/keys/container-toolkit.asc"),
            ),
            docker=DockerSettings(
                cdi=True,
                registry=Registry(),
                stacks=[
                    Stack(
                        name="render",
                        compose=_RENDER,
                        secrets={"REDIS_PASSWORD": _secrets["redis_backend"]},
                        wait_seconds=600,
                    )
                ],
            ),
            postgres=_postgres,
            redis=_redis,
            apps=AppsSettings(apps=[_frontend, _backend]),
            nginx=_nginx,
            health=HealthSettings(gpus=1, nvme_drives=2, sata_disks=2),
            backup=_backup,
            prometheus=PrometheusSettings(
                host_label="ytempire",
                watched_urls=["https://ytempire.example.com/health"],
                mail=Mail(
                    recipients=["team@example.com"], sender="alerts@example.com", relay="smtp.example.com"
                ),
            ),
        ),
        address="192.0.2.10",
        user="operator",
    )
]
