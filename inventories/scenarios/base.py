"""The base with every setting changed."""

from __future__ import annotations

from deploys.base.settings import (
    Audit,
    BaseSettings,
    FailedLogins,
    Placement,
    Relay,
    Updates,
    User,
    VulnerabilityScan,
)
from rigwright.lab.recipe import OPERATOR
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os

# The private halves do not exist any more: they were made for this file and thrown away.
ALICE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINfoDxIbuzZZCW0pygJglEMXAqioSOUKczxXBlVS1gQm alice@laptop"
BOB = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFfBI6sdkrDq2rMKBymDusi8X+W//Dqsl5/mfoHnZR/b bob@laptop"


def defaults(os: Os) -> BaseSettings:  # noqa: ARG001  the same on all
    """The account that the lab logs in as, which has no default."""
    return BaseSettings(operator=OPERATOR)


USERS = [
    User(
        name="alice",
        authorized_keys=[ALICE, BOB],
        groups=["adm", "render-queue"],
        login_shell="/bin/sh",
        uid=2001,
        sudo=["ALL"],
    ),
    User(
        name="bob",
        authorized_keys=[BOB],
        sudo=["/usr/bin/systemctl restart app.service", "/usr/bin/id", "/usr/bin/env A=b,c:d"],
    ),
    User(
        name="Render.Bot-2",
        authorized_keys=[f'from="10.0.0.0/8,fd00::/8",restrict,command="/usr/bin/id -un" {ALICE}'],
        home="/srv/people/render-bot",
    ),
]


def everything(os: Os) -> BaseSettings:
    """Two users, one of whom may do little, and a locale that is not English."""
    scan = VulnerabilityScan(source="http://127.0.0.1:9/debsecan/") if os.startswith("debian") else None
    return BaseSettings(
        operator=OPERATOR,
        users=USERS,
        former_users=["carol"],
        known_users=["backup-agent"],
        hostname="everything.rig.test",
        timezone="Europe/Berlin",
        locale="de_DE.UTF-8",
        time_servers=["time1.rig.test", "time2.rig.test"],
        sysctls={
            "net.ipv4.conf.all.accept_redirects": 0,
            "net.ipv4.ip_local_port_range": "20000 60000",
            "vm.swappiness": 10,
        },
        journal_max_size="64MiB",  # type: ignore[arg-type]  # a size may be a text
        log_retention_days=15,
        updates=Updates(
            automatic=False,
            held_patterns=["nvidia-", "postgresql"],
            held_packages=["vim-tiny"],
            restart_services="automatic",
            never_restarted=["postgresql", "redis"],
        ),
        packages=["tree"],
        placements=[
            Placement(unit="cron.service", cpus="0,1", cpu_weight=50, io_weight=20),
            Placement(
                unit="unattended-upgrades.service", memory_high=2**29, memory_max=2**30, cpu_percent=150
            ),
            Placement(unit="background@.service", io_weight=10),
            Placement(unit="system-later.slice", cpu_weight=200),
        ],
        mail=Relay(
            host="mail.rig.test",
            port=2587,
            user="studio@rig.test",
            password=Secret("mail_password", "not-the-real-one"),
            sender="studio@rig.test",
            administrator="operator@rig.test",
            ca_bundle="/etc/ssl/certs/rig-test.pem",
        ),
        audit=Audit(watched_paths=["/etc/fstab", "/srv/app"]),
        vulnerabilities=scan,
        failed_logins=FailedLogins(at_most=20, within_minutes=5),
        access_review_days=90,
    )


def rebooting() -> BaseSettings:
    """What contradicts the above, and no lab host should do: reboot by itself."""
    return BaseSettings(updates=Updates(reboot_at="04:30"))
