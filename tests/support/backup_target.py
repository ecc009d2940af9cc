"""A lab host whose PostgreSQL is backed up to a file system of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploys.backup.settings import BackupSettings, Local, PostgresBackups
from deploys.postgres.settings import PostgresSettings
from deploys.postgres.versions import VERSIONS
from deploys.rig import Machine, Rig
from rigwright import lab
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os
from tests.support.lab_inventory import one_host
from tests.support.target import Target

MOUNT, PATH = "/mnt/backup", "/mnt/backup/postgresql"
STATE = "/var/lib/rigwright-backup"
TOOLS = "/usr/local/lib/rigwright/backup"
PASSPHRASE = Secret("backup_passphrase", "x9Kq2LmV7tRz4WbN8pYc3HdF6sGj1QeA")
NONE_RUNS = "! systemctl list-units --state=activating 'rigwright-backup-*.service' | grep -q rigwright"
INVENTORY = """
from deploys.backup.settings import BackupSettings, Local, PostgresBackups
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host
from rigwright.lab import hosts as _hosts
from rigwright.secrets.value import Secret

_rig = Rig(
    machine=Machine(os={os!r}),
    postgres=PostgresSettings(),
    backup=BackupSettings(
        repository=Local(path={path!r}, mount={mount!r}),
        postgres=PostgresBackups(passphrase=Secret("backup_passphrase", {passphrase!r})),
    ),
)
"""
QUEUE_BYTES = 48 * 2**20
WRITER = Path(__file__).with_name("recording_writer.py")
RECORDED = "/var/lib/postgresql/recorded"


class BackupTarget(Target):
    """A lab host with backups."""

    def rig(self, **settings: object) -> Rig:
        """What it should be."""
        values: dict[str, Any] = {"passphrase": PASSPHRASE, "wal_queue": self.share(), **settings}
        return Rig(
            machine=Machine(os=self.host.os),
            postgres=PostgresSettings(),
            backup=BackupSettings(
                repository=Local(path=PATH, mount=MOUNT), postgres=PostgresBackups(**values)
            ),
        )

    def inventory(self, folder: Path) -> Path:
        """A file with this host and its backups."""
        path = folder / "backed_up.py"
        given = {"os": self.host.os, "path": PATH, "mount": MOUNT, "passphrase": PASSPHRASE.reveal()}
        path.write_text(INVENTORY.format(**given) + one_host(self.host.name, "        _rig,"))
        return path

    def share(self) -> float:
        """The queue's bound as a share of the system's disk: three segments."""
        size = int(self.sh("echo $(($(stat -f -c %b /var/lib) * $(stat -f -c %S /var/lib)))"))
        return QUEUE_BYTES / size

    def change(self, **settings: object) -> None:
        """Apply PostgreSQL and its backups."""
        wanted = self.rig(**settings)
        for name in ("postgres", "backup"):
            one = wanted.of(name)
            assert one is not None
            self.install(one)
            done = self.apply(one)
            assert done.code == 0, done

    def found(self, **settings: object) -> set[tuple[str, str]]:
        """Kind and place of what differs in the backups."""
        one = self.rig(**settings).of("backup")
        assert one is not None
        stopped = ("unit.state", "unit.enabled")
        return {(one.kind, one.where) for one in self.drift(one) if one.kind not in stopped}

    def run(self, word: str) -> tuple[int, str]:
        """A task now: exit code, and what it printed."""
        unit = f"rigwright-backup-{word}.service"
        command = f"systemctl reset-failed {unit} 2>/dev/null; systemctl start {unit}"
        done = self.host.run(f"journalctl --sync; date '+%F %T' >/run/since; {command}", check=False)
        printed = f'journalctl -u {unit} --since "$(cat /run/since)" --no-pager -o cat'
        return done.returncode, self.sh(f"journalctl --sync; {printed}")

    def sql(self, statement: str, where: str = "") -> str:
        """What psql prints as the superuser."""
        psql = f'psql -X -q -A -t -v ON_ERROR_STOP=1 {where} -c "{statement}"'
        return self.sh(f"cd / && runuser -u postgres -- {psql}")

    def known(self) -> dict[str, Any]:
        """What the last query wrote down."""
        found: dict[str, Any] = json.loads(self.sh(f"cat {STATE}/repository.json"))
        return found

    def labels(self) -> list[str]:
        """The backups, oldest first."""
        return [one["label"] for one in self.known()["backups"]]

    def metric(self, name: str) -> float:
        """A value as the node exporter would read it, measured now."""
        assert self.run("metrics")[0] == 0
        path = "/var/lib/prometheus/node-exporter/rigwright_backup.prom"
        bare = '{ name = $1; sub(/[{].*/, "", name) }'
        return float(self.sh(f"awk '{bare} name == \"rigwright_backup_{name}\" {{ print $NF }}' {path}"))

    @property
    def _version(self) -> int:
        return VERSIONS[self.host.os]

    @property
    def server(self) -> str:
        """The server's unit."""
        return f"postgresql@{self._version}-main.service"

    @property
    def folder(self) -> str:
        """The server's data directory."""
        return f"/var/lib/postgresql/{self._version}/main"

    def record(self) -> None:
        """Have rows written to the table ``acknowledged`` as fast as they are taken, and each recorded."""
        program = WRITER.read_text()
        run = "systemd-run -q --collect --unit=recorder -p User=postgres -p WorkingDirectory=/"
        self.sh(f"cat >/run/writer.py <<'END'\n{program}\nEND\n{run} python3 -I /run/writer.py {RECORDED}")

    def recorded(self) -> list[tuple[int, float]]:
        """Number of each acknowledged row, and when it was."""
        lines = (line.split() for line in self.sh(f"cat {RECORDED} 2>/dev/null || :").splitlines())
        return [(int(number), float(at)) for number, at in lines]

    def recorded_to_the_end(self) -> list[tuple[int, float]]:
        """The same, once the server is gone and the writer with it."""
        self.until("! systemctl is-active -q recorder")
        return self.recorded()

    def switch(self, count: int = 1) -> None:
        """End so many segments, each with something in it."""
        for _ in range(count):
            self.sql("CREATE TABLE IF NOT EXISTS filler (n int); INSERT INTO filler VALUES (1)")
            self.sql("SELECT pg_switch_wal()")

    def until(self, condition: str, seconds: int = 90) -> None:
        """Wait until a shell command succeeds."""
        self.sh(f"timeout {seconds} sh -c 'until {condition}; do sleep 0.3; done'")


@contextmanager
def backup_target(name: str, system: Os) -> Iterator[BackupTarget]:
    """A fresh host with a first full backup."""
    lab.down(name)
    target = BackupTarget(lab.up(name, system))
    target.sh(
        f"mkdir -p {MOUNT} /var/lib/prometheus/node-exporter && mount -t tmpfs -o size=300m backup {MOUNT}"
    )
    target.change()
    # The timers would add backups of their own.
    target.sh("systemctl stop 'rigwright-backup-*.timer' && systemctl start rigwright-backup-metrics")
    target.until(f"! test -e {STATE}/full-due")
    target.until("! systemctl is-active -q rigwright-backup-full")
    yield target
    lab.down(name)
