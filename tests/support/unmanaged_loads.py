"""Services that are loaded by hand with another content, which is then put back: hashes cannot show that."""

from __future__ import annotations

from dataclasses import dataclass

from rigwright.settings.platform import Os

Found = tuple[str, str, str]
POSTGRES: dict[Os, int] = {"debian12": 15, "debian13": 17, "ubuntu2204": 14, "ubuntu2404": 16}
VALKEY = ("valkey-server.service", "/etc/valkey/valkey.conf")
REDIS: dict[Os, tuple[str, str]] = {"debian13": VALKEY, "ubuntu2404": VALKEY}
# A signal returns before the service has read its files, on a busy machine long before.
HUP = "kill -HUP $(systemctl show -p MainPID --value {}); sleep 2"
# The old content comes back by a rename, with the old times that a program can set.
PUT_BACK = """
set -e
file={file} saved=$(mktemp -p "$(dirname {file})")
cp -p "$file" "$saved"
{change}
{load}
mv "$saved" "$file"
"""
PASSWORDS = (
    "sed -i '/^AuthenticationMethods/d; s/^PasswordAuthentication no/PasswordAuthentication yes/' $file"
)
OFFERS = (
    "ssh -o BatchMode=yes -o PreferredAuthentications=none -o StrictHostKeyChecking=no"
    " stranger@127.0.0.1 2>&1"
)
# sshd reads its files a while after the signal, on a busy machine after they are put back.
RELOADED = f"systemctl reload {{}}; timeout 15 sh -c 'until {OFFERS} | grep -q password; do sleep 0.2; done'"
REMARK = "printf '\\n# other\\n' >>\"$file\""


@dataclass(frozen=True)
class UnmanagedLoad:
    """One service, a file that it reads, and what makes it read that.

    Attributes:
        change: Changes ``$file``; a shell command.
    """

    subsystem: str
    unit: str
    file: str
    load: str
    change: str = REMARK

    @property
    def command(self) -> str:
        """The shell command for all of it."""
        load = self.load.format(self.unit)
        return PUT_BACK.format(file=self.file, change=self.change, load=load)

    @property
    def finding(self) -> Found:
        """What it must give."""
        return self.subsystem, "load.unknown", self.unit


def by_systemd(os: Os) -> list[UnmanagedLoad]:
    """Reloads and restarts by systemd, of a host that has every setting changed."""
    cluster = f"postgresql@{POSTGRES[os]}-main.service"
    folder = f"/etc/postgresql/{POSTGRES[os]}/main"
    redis, redis_file = REDIS.get(os, ("redis-server.service", "/etc/redis/redis.conf"))
    reload, restart = "systemctl reload {}", "systemctl restart {}"
    by_operator = "runuser -u operator -- sudo -n systemctl reload {}"
    exporters = [("nginx", "nginx"), ("redis", "redis"), ("postgres", "postgres")]
    exporters += [("postgres", "pgbouncer")] if os == "debian13" else []  # the only one that packages it
    return [
        UnmanagedLoad(
            "ssh",
            "ssh.service",
            "/etc/ssh/sshd_config.d/00-rigwright.conf",
            RELOADED,
            PASSWORDS,
        ),
        UnmanagedLoad("nginx", "nginx.service", "/etc/nginx/nginx.conf", by_operator),
        UnmanagedLoad("redis", redis, redis_file, restart),
        UnmanagedLoad("postgres", cluster, f"{folder}/postgresql.conf", reload),
        UnmanagedLoad("postgres", "pgbouncer.service", "/etc/pgbouncer/pgbouncer.ini", reload),
        UnmanagedLoad("prometheus", "prometheus.service", "/etc/prometheus/prometheus.yml", reload),
        UnmanagedLoad(
            "prometheus", "prometheus-alertmanager.service", "/etc/prometheus/alertmanager.yml", reload
        ),
        UnmanagedLoad(
            "prometheus", "prometheus-blackbox-exporter.service", "/etc/prometheus/blackbox.yml", reload
        ),
        *(
            UnmanagedLoad(
                "prometheus", f"prometheus-{name}.service", f"/etc/default/prometheus-{name}", restart
            )
            for name in ("node-exporter", "pushgateway")
        ),
        *(
            UnmanagedLoad(
                subsystem,
                f"prometheus-{name}-exporter.service",
                f"/etc/default/prometheus-{name}-exporter",
                restart,
            )
            for subsystem, name in exporters
        ),
        UnmanagedLoad("docker", "docker.service", "/etc/docker/daemon.json", restart, 'echo >>"$file"'),
        UnmanagedLoad("docker", "docker-registry.service", "/etc/docker/registry/config.yml", restart),
        UnmanagedLoad("firewall", "fail2ban.service", "/etc/fail2ban/jail.conf", reload),
        UnmanagedLoad("firewall", "rigwright-firewall.service", "/etc/rigwright/firewall.nft", reload),
        UnmanagedLoad("base", "chrony.service", "/etc/chrony/rigwright.conf", restart),
    ]


def by_hand(os: Os) -> list[UnmanagedLoad]:
    """Reloads by a signal or a service's own client, of which systemd knows nothing."""
    cluster = f"postgresql@{POSTGRES[os]}-main.service"
    folder = f"/etc/postgresql/{POSTGRES[os]}/main"
    rules = "/etc/prometheus/rules.d/rigwright-nginx.yml"
    return [
        UnmanagedLoad("ssh", "ssh.service", "/etc/ssh/sshd_config", HUP),
        UnmanagedLoad("nginx", "nginx.service", "/etc/nginx/conf.d/limits.conf", HUP),
        UnmanagedLoad(
            "postgres",
            cluster,
            f"{folder}/pg_hba.conf",
            HUP,
        ),
        UnmanagedLoad("postgres", "pgbouncer.service", "/etc/pgbouncer/userlist.txt", HUP),
        UnmanagedLoad("prometheus", "prometheus.service", rules, HUP),
        UnmanagedLoad(
            "prometheus", "prometheus-alertmanager.service", "/etc/prometheus/alertmanager.yml", HUP
        ),
        UnmanagedLoad(
            "prometheus", "prometheus-blackbox-exporter.service", "/etc/prometheus/blackbox.yml", HUP
        ),
        UnmanagedLoad(
            "firewall",
            "fail2ban.service",
            "/etc/fail2ban/jail.d/rigwright.local",
            "fail2ban-client reload >/dev/null",
        ),
    ]


OWN_ANSWER: Found = ("prometheus", "probe.failed", "Alertmanager with this configuration")
"""What Alertmanager itself shows after its part of both."""

STARTED_WITH_A_DROP_IN = (
    ("nginx", "nginx.service"),
    ("prometheus", "prometheus-node-exporter.service"),
    ("ssh", "ssh.service"),
)


def drop_in(unit: str) -> str:
    """Starts a unit with a drop-in that is gone afterwards."""
    path = f"/etc/systemd/system/{unit}.d/zz-other.conf"
    return (
        f"printf '[Service]\\nNoNewPrivileges=no\\n' >{path}; systemctl daemon-reload; "
        f"systemctl restart {unit}; rm {path}; systemctl daemon-reload"
    )


OFFERED: Found = ("ssh", "runtime_state.value", "sshd: offered to clients")
"""What sshd itself shows of a load with passwords."""
