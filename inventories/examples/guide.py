"""A web application with a cache and background jobs on PostgreSQL and Redis.

To change: the name of the host, its address, the names of the site and of the team, and the sizes of your
machine. ``rig up --site guide`` tries it in the lab.
"""

from pathlib import Path

from deploys.apps.settings import App, AppsSettings, DatabaseUrl, Process, RedisUrl
from deploys.backup.settings import BackupSettings, Local, PostgresBackups, Promise, ResticBackups
from deploys.base.settings import BaseSettings
from deploys.docker.settings import DockerSettings, Registry
from deploys.firewall.settings import Access, Fail2ban, FirewallSettings
from deploys.health.settings import HealthSettings
from deploys.nginx.settings import (
    Acme,
    ConnectionLimit,
    ConnectionZone,
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
_secrets = LabSecrets(Path(__file__).resolve().parents[2] / ".lab")  # in yours: Secrets("guide")

_machine = Machine(
    os="debian12",
    cpu_threads=8,
    memory="32GB",
    disks=[
        Disk(id="nvme-SYSTEM_1TB_S1", size="1TB", role="system, database and containers"),
        Disk(id="ata-BACKUP_2TB_S2", size="2TB", role="backups"),
    ],
)

# The server reads and writes; migrations connect as the owner, past the pooler.
_postgres = PostgresSettings(
    memory=8 * _GIB,
    disk="nvme",
    workload="web",
    listen_addresses=["127.0.0.1", _BRIDGE],
    roles=[
        Role(name="guide_owner", password=_secrets["postgres_guide_owner"], networks=["172.30.0.0/16"]),
        Role(name="guide", password=_secrets["postgres_guide"], connection_limit=80),
    ],
    databases=[Database(name="guide", owner="guide_owner", writers=["guide"], extensions=["pg_trgm"])],
    pooler=Pooler(listen_addresses=["127.0.0.1", _BRIDGE], pool_size=20, max_client_connections=500),
    exporter_port=9187,
)

_redis = RedisSettings(
    administrator_password=_secrets["redis_administrator"],
    users=[RedisUser(name="guide", password=_secrets["redis_guide"])],
    memory=2 * _GIB,
    listen_addresses=["127.0.0.1", _BRIDGE],
    exporter_port=9121,
    exporter_password=_secrets["redis_exporter"],
)

_apps = AppsSettings(
    apps=[
        App(
            name="guide",
            image="127.0.0.1:5000/guide",  # the host's own registry; a release names the version
            processes=[
                Process(
                    name="web",
                    port=3000,
                    listen=17_000,
                    slots_from=17_100,
                    instances=2,
                    max_instances=4,
                    memory=_GIB,
                    cpus=2.0,
                ),
                # Its readiness is that of its queue: it takes jobs from Redis, and no request but that one.
                Process(
                    name="jobs",
                    command=["/usr/bin/env", "ROLE=jobs", "node", "server.js"],
                    port=3000,
                    listen=17_001,
                    slots_from=17_120,
                    memory=_GIB,
                ),
            ],
            variables={"NODE_ENV": "production"},
            secrets={"SESSION_SECRET": _secrets["guide_session_secret"]},
            urls={
                "DATABASE_URL": DatabaseUrl(role="guide", database="guide"),
                "MIGRATION_URL": DatabaseUrl(role="guide_owner", database="guide", pooled=False),
                "REDIS_URL": RedisUrl(user="guide"),
            },
        )
    ]
)

_nginx = NginxSettings(
    sites=[
        Site(
            name="guide",
            domains=["guide.example.com"],
            certificate=Acme(email="operator@example.com"),  # renewed by itself, with an alert where it fails
            routes=[
                Proxy(upstream="guide"),
                Proxy(
                    path="/login",
                    match="exact",
                    upstream="guide",
                    rate_limits=[RateLimit(zone="login", burst=5)],
                ),
                Proxy(path="/admin/", upstream="guide", allowed_networks=[_OFFICE]),
            ],
            health_paths=["/health"],
            rate_limits=[RateLimit(zone="everybody", burst=60)],
            connection_limits=[ConnectionLimit(zone="clients", connections=60)],
        )
    ],
    upstreams=[Upstream(name="guide", app="guide/web")],
    rate_zones=[
        RateZone(name="everybody", requests_per_second=30),
        RateZone(name="login", requests_per_minute=10),
    ],
    connection_zones=[ConnectionZone(name="clients")],
    exporter_port=9113,
)

_backup = BackupSettings(
    repository=Local(path="/mnt/backup/postgresql", mount="/mnt/backup"),
    postgres=PostgresBackups(
        passphrase=_secrets["backup_passphrase"],
        full_at="02:00",
        incremental_hours=1,  # and every change of the last minute: point-in-time recovery
    ),
    restic=ResticBackups(
        repository=Local(path="/mnt/backup/files", mount="/mnt/backup"),
        passphrase=_secrets["restic_passphrase"],
    ),
    promise=Promise(rto_seconds=4 * 3600, rpo_seconds=3600),
)

guide = [
    ssh_host(
        "guide",
        Rig(
            machine=_machine,
            base=BaseSettings(operator="operator", hostname="guide.example.com", access_review_days=90),
            ssh=SshSettings(allowed_users=["operator"]),
            firewall=FirewallSettings(
                access=[Access(port=22, networks=[_OFFICE])],
                blocked_networks=["203.0.113.0/24"],
                connections_per_source=256,
                unlimited_networks=[_OFFICE],
                fail2ban=Fail2ban(ignored_networks=[_OFFICE]),
            ),
            docker=DockerSettings(registry=Registry()),
            postgres=_postgres,
            redis=_redis,
            apps=_apps,
            nginx=_nginx,
            health=HealthSettings(nvme_drives=1, sata_disks=1),
            backup=_backup,
            prometheus=PrometheusSettings(
                host_label="guide",
                watched_urls=["https://guide.example.com/health"],
                mail=Mail(
                    recipients=["team@example.com"], sender="alerts@example.com", relay="smtp.example.com"
                ),
            ),
        ),
        address="192.0.2.40",
        user="operator",
    )
]
