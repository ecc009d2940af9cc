"""A lab host whose declared files, volume and Redis are backed up to a file system of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deploys.backup.settings import BackupSettings, Local, ProtectedFiles, ResticBackups
from deploys.redis.settings import RedisSettings
from deploys.rig import Machine, Rig
from rigwright import lab
from rigwright.desired import BackupTool
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os
from tests.support.lab_inventory import one_host
from tests.support.target import Target

MOUNT, PATH = "/mnt/backup", "/mnt/backup/files"
STATE = "/var/lib/rigwright-backup-files"
TOOLS = "/usr/local/lib/rigwright/backup"
PASSPHRASE = Secret("restic_passphrase", "x9Kq2LmV7tRz4WbN8pYc3HdF6sGj1QeA")
ADMINISTRATOR = Secret("redis_administrator", "Jd8sKw2mXp5vTq7zRb4nYc6hFg3Le9Aa")
DISK = f"mount -t tmpfs -o size=400m backup {MOUNT}"


_RIG = """        Rig(
            machine=Machine(os=one.os),
            redis=redis.defaults(one.os),
            backup=BackupSettings(files=[uploads], restic=restic),
        ),"""


def inventory_of(name: str) -> str:
    """The same host in an inventory, as far as ``rig verify`` compares its backups."""
    return f'''
"""The lab host whose files are backed up."""

from deploys.backup.settings import BackupSettings, Local, ProtectedFiles, ResticBackups
from deploys.rig import Machine, Rig
from inventories.scenarios import redis
from rigwright.inventory.load import ssh_host
from rigwright.lab import hosts as _hosts
from rigwright.secrets.value import Secret

uploads = ProtectedFiles(name="uploads, of users", paths=["/srv/uploads"], hours=1)
restic = ResticBackups(
    repository=Local(path="{PATH}", mount="{MOUNT}"),
    passphrase=Secret("restic_passphrase", "{PASSPHRASE.reveal()}"),
)
{one_host(name, _RIG)}'''


class FilesTarget(Target):
    """A lab host with backups of files."""

    def rig(self, **settings: object) -> Rig:
        """What it should be."""
        uploads = ProtectedFiles(
            name="uploads, of users", paths=["/srv/uploads"], exclude=["/srv/uploads/*.tmp"], hours=1
        )
        values: dict[str, Any] = {
            "repository": Local(path=PATH, mount=MOUNT),
            "passphrase": PASSPHRASE,
            "verify_weeks": 1,
            **settings,
        }
        return Rig(
            machine=Machine(os=self.host.os),
            redis=RedisSettings(administrator_password=ADMINISTRATOR),
            backup=BackupSettings(files=[uploads], restic=ResticBackups(**values)),
        )

    def change(self, **settings: object) -> None:
        """Apply Redis and the backups."""
        wanted = self.rig(**settings)
        for name in ("redis", "backup"):
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

    def tool(self, data: str = "uploads, of users") -> BackupTool:
        """What ``rig backup`` starts for a name."""
        one = self.rig().of("backup")
        assert one is not None
        return next(tool for tool in one.backup_tools if tool.data == data)

    def run(self, *words: str) -> tuple[int, str]:
        """The program with these words: exit code, and all that it printed."""
        quoted = " ".join(f"'{word}'" for word in words)
        done = self.host.run(f"python3 -I {TOOLS}/files.pyz {quoted} 2>&1", check=False)
        return done.returncode, done.stdout

    def task(self, unit: str) -> tuple[int, str]:
        """A unit now: exit code, and what it printed."""
        command = f"systemctl reset-failed '{unit}' 2>/dev/null; systemctl start '{unit}'"
        done = self.host.run(f"journalctl --sync; date '+%F %T' >/run/since; {command}", check=False)
        printed = f'journalctl -u "{unit}" --since "$(cat /run/since)" --no-pager -o cat'
        return done.returncode, self.sh(f"journalctl --sync; {printed}")

    def restic(self, words: str) -> str:
        """What restic itself prints."""
        given = f"RESTIC_PASSWORD_FILE=/etc/rigwright/backup/restic-passphrase restic -r {PATH} --no-cache"
        return self.sh(f"{given} {words}")

    def backups(self, data: str = "uploads, of users") -> list[dict[str, Any]]:
        """What the last query wrote down of one name, oldest first."""
        known = json.loads(self.sh(f"cat {STATE}/repository.json"))
        return [one for one in known["backups"] if one["data"] == data]

    def metric(self, name: str, label: str) -> float:
        """A value as the node exporter would read it, measured now."""
        assert self.task("rigwright-backup-metrics")[0] == 0
        path = "/var/lib/prometheus/node-exporter/rigwright_backup.prom"
        lines = self.sh(f"cat {path}").splitlines()
        (value,) = (
            line.rpartition(" ")[2]
            for line in lines
            if line.startswith(f"rigwright_backup_{name}{{") and f'="{label}"' in line
        )
        return float(value)

    def until(self, condition: str, seconds: int = 90) -> None:
        """Wait until a shell command succeeds."""
        self.sh(f"timeout {seconds} sh -c 'until {condition}; do sleep 0.2; done'")


@contextmanager
def files_target(name: str, system: Os) -> Iterator[FilesTarget]:
    """A fresh host with the first backups."""
    lab.down(name)
    target = FilesTarget(lab.up(name, system))
    target.sh(f"mkdir -p {MOUNT} /var/lib/prometheus/node-exporter /srv/uploads && {DISK}")
    target.sh("echo first >/srv/uploads/first")
    target.change()
    target.sh("systemctl start rigwright-backup-files")  # the one under way, or nothing that is due
    # The timers would add backups of their own.
    target.sh("systemctl stop 'rigwright-backup-*.timer'")
    yield target
    lab.down(name)
