"""A web application with websockets on PostgreSQL, Redis and object storage, by strict headers and limits.

To change: the name of the host, its address, the names of the site, of its storage and of the team, and the
sizes of your machine. ``rig up --site hristudio`` tries it in the lab.
"""

from pathlib import Path

from deploys.apps.settings import App, AppsSettings, DatabaseUrl, Process, RedisUrl
from deploys.backup.settings import BackupSettings, Days, Local, PostgresBackups, Promise, ResticBackups
from deploys.base.settings import BaseSettings
from deploys.docker.settings import DockerSettings, Registry
from deploys.firewall.settings import Access, FirewallSettings
from deploys.health.settings import HealthSettings
from deploys.nginx.settings import (
    Acme,
    ContentPolicy,
    NginxSettings,
    Proxy,
    RateLimit,
    RateZone,
    Site,
    Upstream,
)
from deploys.postgres.settings import Database, Pooler, PostgresSettings, Role
from deploys.prometheus.settings import Mail, PrometheusSettings
from deploys.redis.settings import RedisSettings, RedisUser
from deploys.rig import Disk, Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.inventory.load import ssh_host
from rigwright.secrets import LabSecrets

_GIB = 2**30
_OFFICE = "198.51.100.0/24"  # where the team works
_BRIDGE = "172.30.0.1"  # where containers reach the host
# The bucket is a cloud's. Its CORS rule there allows https://hristudio.example.com alone, with GET, PUT, POST
# and DELETE, for 3,600 seconds.
_STORAGE = "https://storage.example.com"
_secrets = LabSecrets(Path(__file__).resolve().parents[2] / ".lab")  # in yours: Secrets("hristudio")

_machine = Machine(
    os="ubuntu2404",
    cpu_threads=8,
    memory="32GB",
    disks=[
        Disk(id="nvme-SYSTEM_1TB_S1", size="1TB", role="system, database and containers"),
        Disk(id="ata-BACKUP_1TB_S2", size="1TB", role="backups"),
    ],
)

_postgres = PostgresSettings(
    memory=8 * _GIB,
    disk="nvme",
    workload="web",
    roles=[
        Role(name="hristudio_owner", password=_secrets["postgres_hristudio_owner"]),
        Role(name="hristudio", password=_secrets["postgres_hristudio"]),
    ],
    databases=[Database(name="hristudio", owner="hristudio_owner", writers=["hristudio"])],
    pooler=Pooler(listen_addresses=["127.0.0.1", _BRIDGE]),
    exporter_port=9187,
)

_redis = RedisSettings(
    administrator_password=_secrets["redis_administrator"],
    users=[RedisUser(name="hristudio", password=_secrets["redis_hristudio"], channels=["*"])],
    memory=2 * _GIB,
    listen_addresses=["127.0.0.1", _BRIDGE],
    exporter_port=9121,
    exporter_password=_secrets["redis_exporter"],
)

_apps = AppsSettings(
    apps=[
        App(
            name="hristudio",
            image="127.0.0.1:5000/hristudio",
            processes=[
                Process(
                    name="web",
                    port=3000,
                    listen=3000,
                    slots_from=3100,
                    instances=2,
                    memory=2 * _GIB,
                    cpus=2.0,
                    # 200 or 503, with app, database, cache and storage each by name.
                    ready_path="/api/health",
                    websocket_idle_seconds=3600,
                )
            ],
            variables={"NODE_ENV": "production", "S3_ENDPOINT": _STORAGE, "S3_BUCKET": "hristudio"},
            secrets={
                "SESSION_SECRET": _secrets["hristudio_session_secret"],
                "S3_SECRET_KEY": _secrets["hristudio_s3_secret_key"],
            },
            urls={
                "DATABASE_URL": DatabaseUrl(role="hristudio", database="hristudio"),
                "REDIS_URL": RedisUrl(user="hristudio"),
            },
        )
    ]
)

_nginx = NginxSettings(
    sites=[
        Site(
            name="hristudio",
            domains=["hristudio.example.com"],
            certificate=Acme(email="operator@example.com"),
            routes=[
                Proxy(upstream="hristudio"),
                Proxy(path="/api/socket/", upstream="hristudio", websocket=True, read_timeout_seconds=3600),
                Proxy(path="/api/health", match="exact", upstream="hristudio"),
            ],
            health_paths=["/api/health"],
            client_max_body_mib=10,
            rate_limits=[RateLimit(zone="everybody", burst=20)],  # 10 a second with a burst of 20, everywhere
            hsts_include_subdomains=True,
            content_policy=ContentPolicy(object_storage_origins=[_STORAGE]),
        )
    ],
    upstreams=[Upstream(name="hristudio", app="hristudio/web")],
    rate_zones=[RateZone(name="everybody", requests_per_second=10)],
    tls_profile="intermediate",  # TLS 1.2 and 1.3 alone
    exporter_port=9113,
)

_backup = BackupSettings(
    repository=Local(path="/mnt/backup/postgresql", mount="/mnt/backup"),
    postgres=PostgresBackups(
        passphrase=_secrets["backup_passphrase"], incremental_hours=1, keep=Days(days=7)
    ),
    restic=ResticBackups(
        repository=Local(path="/mnt/backup/files", mount="/mnt/backup"),
        passphrase=_secrets["restic_passphrase"],
        keep=Days(days=7),
    ),
    promise=Promise(rto_seconds=4 * 3600, rpo_seconds=3600),
)

hristudio = [
    ssh_host(
        "hristudio",
        Rig(
            machine=_machine,
            base=BaseSettings(operator="operator", hostname="hristudio.example.com"),
            ssh=SshSettings(allowed_users=["operator"]),
            firewall=FirewallSettings(access=[Access(port=22, networks=[_OFFICE])]),
            docker=DockerSettings(registry=Registry()),
            postgres=_postgres,
            redis=_redis,
            apps=_apps,
            nginx=_nginx,
            health=HealthSettings(nvme_drives=1, sata_disks=1),
            backup=_backup,
            prometheus=PrometheusSettings(
                host_label="hristudio",
                watched_urls=["https://hristudio.example.com/api/health"],
                mail=Mail(
                    recipients=["team@example.com"], sender="alerts@example.com", relay="smtp.example.com"
                ),
            ),
        ),
        address="192.0.2.20",
        user="operator",
    )
]
