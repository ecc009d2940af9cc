"""A lab host whose PostgreSQL, Redis and uploads are backed up, and restored with ``rig restore``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploys.backup.settings import BackupSettings, Local, PostgresBackups, ProtectedFiles, ResticBackups
from deploys.postgres.settings import PostgresSettings
from deploys.redis.settings import RedisSettings
from deploys.rig import Machine, Rig
from rigwright import lab
from rigwright.settings.platform import Os
from tests.support import files_target
from tests.support.backup_target import MOUNT, PASSPHRASE, PATH, STATE, BackupTarget
from tests.support.command import rig
from tests.support.lab_inventory import one_host

UPLOADS = "uploads, of users"
RESTORES = "/var/lib/rigwright-restore"
INVENTORY = """
from deploys.rig import Rig
from rigwright.inventory.load import ssh_host
from rigwright.lab import hosts as _hosts
from tests.support.restore_target import described as _described

"""


def described(os: Os) -> Rig:
    """What the host should be."""
    return Rig(
        machine=Machine(os=os),
        postgres=PostgresSettings(),
        redis=RedisSettings(administrator_password=files_target.ADMINISTRATOR),
        backup=BackupSettings(
            files=[ProtectedFiles(name=UPLOADS, paths=["/srv/uploads"], hours=1)],
            repository=Local(path=PATH, mount=MOUNT),
            postgres=PostgresBackups(passphrase=PASSPHRASE),
            restic=ResticBackups(
                repository=Local(path=files_target.PATH, mount=MOUNT), passphrase=files_target.PASSPHRASE
            ),
        ),
    )


class RestoreTarget(BackupTarget):
    """A lab host with backups of everything."""

    inventory_file: Path

    def rig(self, **_settings: object) -> Rig:
        """What it should be."""
        return described(self.host.os)

    def change(self, **_settings: object) -> None:
        """Apply all of it."""
        for one in self.rig().desired():
            if one.subsystem in ("postgres", "redis", "backup"):
                self.install(one)
                done = self.apply(one)
                assert done.code == 0, done

    def restore(self, *words: str) -> tuple[int, str]:
        """``rig restore`` of this host: exit code, and all that it printed."""
        done = rig("restore", self.inventory_file, self.host.name, *words)
        return done.returncode, done.stdout

    def planned(self, *words: str) -> tuple[int, list[dict[str, Any]]]:
        """A dry run for programs: exit code, and each thing."""
        done = rig("restore", self.inventory_file, self.host.name, *words, "--dry-run", "--json")
        read = json.loads(done.stdout[done.stdout.index("{") :])
        items: list[dict[str, Any]] = read["plan"]["items"]
        return done.returncode, items

    def files(self, word: str, *names: str) -> tuple[int, str]:
        """The program of the backups of files."""
        quoted = " ".join(f"'{name}'" for name in names)
        done = self.host.run(f"python3 -I {files_target.TOOLS}/files.pyz {word} {quoted} 2>&1", check=False)
        return done.returncode, done.stdout

    def state(self) -> str:
        """Everything that a restore could touch, by another program than the one under test."""
        return self.sh(
            "for d in /srv /etc /mnt/backup /var/lib/postgresql /var/lib/redis /var/lib/valkey /var/lib/rig*;"
            " do"
            " [ ! -d $d ] || find $d -xdev ! -path '*/archive*' ! -path '*/pg_wal*' ! -path '*/pg_stat*'"
            " ! -path '*/global*'"
            " ! -path '*/pg_xact*' ! -path '*/pg_logical*' ! -path '*/pg_subtrans*' ! -path '*/lock*'"
            " ! -path '*/base/*' ! -path '*/pg_notify*' -printf '%p %y %m %u %g %s\\n'; done | sort;"
            " systemctl list-units --type=service --state=running --plain --no-legend | cut -d ' ' -f 1"
        )


@contextmanager
def restore_target(name: str, system: Os, folder: Path, *, keep: bool = False) -> Iterator[RestoreTarget]:
    """A fresh host with the first backups.

    Args:
        name: Of the lab host.
        system: Its operating system.
        folder: Where its inventory is written.
        keep: Whether it stays up, for trials by hand.
    """
    lab.down(name)
    target = RestoreTarget(lab.up(name, system))
    target.inventory_file = folder / "restored.py"
    target.inventory_file.write_text(INVENTORY + one_host(name, "        _described(one.os),"))
    folders = f"{MOUNT} /var/lib/prometheus/node-exporter /srv/uploads"
    target.sh(f"mkdir -p {folders} && mount -t tmpfs -o size=600m backup {MOUNT}")
    target.sh("cd /srv/uploads && for i in $(seq 20); do echo upload $i >$i; done")
    target.change()
    # The timers would add backups of their own.
    target.sh("systemctl stop 'rigwright-backup-*.timer' && systemctl start rigwright-backup-metrics")
    target.until(f"! test -e {STATE}/full-due")
    target.until("! systemctl is-active -q rigwright-backup-full")
    target.sh("systemctl start rigwright-backup-files")
    yield target
    if not keep:
        lab.down(name)
