"""A web application with three instances behind one balancer, on PostgreSQL: the smallest of the four.

To change: the name of the host, its address, the names of the site and of the team, and the sizes of your
machine. ``rig up --site odavl`` tries it in the lab.
"""

from pathlib import Path

from deploys.apps.settings import App, AppsSettings, DatabaseUrl, Process
from deploys.backup.settings import BackupSettings, Counts, Local, PostgresBackups, Promise, ResticBackups
from deploys.base.settings import BaseSettings
from deploys.docker.settings import DockerSettings, Registry
from deploys.firewall.settings import Access, FirewallSettings
from deploys.health.settings import HealthSettings
from deploys.nginx.settings import Acme, NginxSettings, Proxy, RateLimit, RateZone, Site, Static, Upstream
from deploys.postgres.settings import Database, Pooler, PostgresSettings, Role
from deploys.prometheus.settings import Mail, PrometheusSettings
from deploys.rig import Disk, Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.inventory.load import ssh_host
from rigwright.secrets import LabSecrets

_GIB = 2**30
_YEAR_SECONDS = 31_536_000
_OFFICE = "198.51.100.0/24"  # where the team works
_secrets = LabSecrets(Path(__file__).resolve().parents[2] / ".lab")  # in yours: Secrets("odavl")

_machine = Machine(
    os="debian13",
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
        Role(name="odavl_owner", password=_secrets["postgres_odavl_owner"]),
        Role(name="odavl", password=_secrets["postgres_odavl"]),
    ],
    databases=[Database(name="odavl", owner="odavl_owner", writers=["odavl"])],
    slow_query_milliseconds=1000,
    pooler=Pooler(listen_addresses=["127.0.0.1", "172.30.0.1"]),  # the second is for containers
    exporter_port=9187,
)

_apps = AppsSettings(
    apps=[
        App(
            name="odavl",
            image="127.0.0.1:5000/odavl",
            processes=[
                Process(
                    name="web",
                    port=3000,
                    listen=3000,
                    slots_from=3100,
                    instances=3,
                    memory=2 * _GIB,
                    cpus=2.0,
                    ready_path="/api/health/ready",  # liveness is /api/health/live
                )
            ],
            variables={"NODE_ENV": "production", "ENVIRONMENT": "production"},
            secrets={"API_KEY_SALT": _secrets["odavl_api_key_salt"]},
            urls={"DATABASE_URL": DatabaseUrl(role="odavl", database="odavl")},
        )
    ]
)

_nginx = NginxSettings(
    sites=[
        Site(
            name="odavl",
            domains=["odavl.example.com"],
            certificate=Acme(email="operator@example.com"),
            routes=[
                Proxy(upstream="odavl"),
                Proxy(path="/api/", upstream="odavl", rate_limits=[RateLimit(zone="api", burst=40)]),
                Proxy(path="/api/health/ready", match="exact", upstream="odavl"),
                Static(
                    path="/static/",
                    root="/srv/odavl",
                    max_age_seconds=_YEAR_SECONDS,
                    hashed_names=True,
                    immutable=True,
                ),
            ],
            health_paths=["/api/health/ready"],
        )
    ],
    upstreams=[Upstream(name="odavl", app="odavl/web")],
    rate_zones=[RateZone(name="api", requests_per_second=20)],
    exporter_port=9113,
)

_backup = BackupSettings(
    data_folders=[],  # /srv/odavl comes with each release
    repository=Local(path="/mnt/backup/postgresql", mount="/mnt/backup"),
    postgres=PostgresBackups(
        passphrase=_secrets["backup_passphrase"],
        full_at="02:00",
        incremental_hours=1,
        keep=Counts(daily=7, weekly=4, monthly=3),
    ),
    restic=ResticBackups(
        repository=Local(path="/mnt/backup/files", mount="/mnt/backup"),
        passphrase=_secrets["restic_passphrase"],
        keep=Counts(daily=7, weekly=4, monthly=3),
    ),
    promise=Promise(rto_seconds=3600, rpo_seconds=3600),
)

odavl = [
    ssh_host(
        "odavl",
        Rig(
            machine=_machine,
            base=BaseSettings(operator="operator", hostname="odavl.example.com"),
            ssh=SshSettings(allowed_users=["operator"]),
            firewall=FirewallSettings(access=[Access(port=22, networks=[_OFFICE])]),
            docker=DockerSettings(registry=Registry()),
            postgres=_postgres,
            apps=_apps,
            nginx=_nginx,
            health=HealthSettings(nvme_drives=1, sata_disks=1),
            backup=_backup,
            prometheus=PrometheusSettings(
                host_label="odavl",
                watched_urls=["https://odavl.example.com/api/health/ready"],
                mail=Mail(
                    recipients=["team@example.com"], sender="alerts@example.com", relay="smtp.example.com"
                ),
            ),
        ),
        address="192.0.2.30",
        user="operator",
    )
]
