"""A lab host that is backed up to a bucket, with a copy in another one."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deploys.backup.settings import (
    S3,
    BackupSettings,
    PostgresBackups,
    ProtectedFiles,
    ResticBackups,
    Second,
)
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from rigwright import lab
from rigwright.lab.s3 import Endpoint, endpoint
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os
from tests.lab.test_lab_s3 import VERSIONED, Client
from tests.support.target import Target

TOOLS = "/usr/local/lib/rigwright/backup"
STATE, FILES_STATE, SECOND_STATE = (f"/var/lib/rigwright-backup{end}" for end in ("", "-files", "-second"))
PASSPHRASE = Secret("backup_passphrase", "x9Kq2LmV7tRz4WbN8pYc3HdF6sGj1QeA")
FIRST, OTHER = "first", "second"


def markers(client: Client, bucket: str) -> list[tuple[str, str]]:
    """Key and version of each mark that an object was deleted, at most a thousand."""
    status, listed = client.request("GET", f"/{bucket}?versions=")
    assert status == 200, listed
    found = re.findall(r"<DeleteMarker>(.*?)</DeleteMarker>", listed.decode(), re.DOTALL)
    return [
        (re.findall(r"<Key>(.*?)</Key>", one)[0], re.findall(r"<VersionId>(.*?)</VersionId>", one)[0])
        for one in found
    ]


class S3Target(Target):
    """A lab host with PostgreSQL and files, and an S3 host.

    Attributes:
        s3: Signs requests of the test itself.
    """

    s3: Client

    def place(self, bucket: str, folder: str, **more: Any) -> S3:
        """A folder of a bucket of the S3 host."""
        found: Endpoint = self.s3.endpoint
        given = {"endpoint": found.url, "bucket": bucket, "prefix": folder, "region": found.region}
        keys = {"key_id": found.access_key, "secret_key": Secret("s3_key", found.secret_key)}
        return S3(**{**given, **keys, "ca": found.authority, **more})

    def rig(self, **more: Any) -> Rig:
        """What it should be; ``more`` is of the first place's buckets."""
        settings = BackupSettings(
            files=[ProtectedFiles(name="uploads", paths=["/srv/uploads"], hours=1)],
            repository=self.place(FIRST, "host/postgresql", **more),
            postgres=PostgresBackups(passphrase=PASSPHRASE),
            restic=ResticBackups(repository=self.place(FIRST, "host/files", **more), passphrase=PASSPHRASE),
            second=Second(place=self.place(OTHER, "host")),
        )
        return Rig(machine=Machine(os=self.host.os), postgres=PostgresSettings(), backup=settings)

    def change(self, **more: Any) -> None:
        """Apply PostgreSQL and the backups."""
        wanted = self.rig(**more)
        for name in ("postgres", "backup"):
            one = wanted.of(name)
            assert one is not None
            self.install(one)
            done = self.apply(one)
            assert done.code == 0, done

    def found(self) -> set[tuple[str, str]]:
        """Kind and place of what differs in the backups."""
        one = self.rig().of("backup")
        assert one is not None
        stopped = ("unit.state", "unit.enabled")
        return {(one.kind, one.where) for one in self.drift(one) if one.kind not in stopped}

    def run(self, command: str) -> tuple[int, str]:
        """A command as root: its code, and all that it printed."""
        done = self.host.run(f"({command}) 2>&1", check=False)
        return done.returncode, done.stdout

    def unit(self, name: str) -> tuple[int, str]:
        """A unit now: exit code, and what it printed."""
        begun = "journalctl --sync; sleep 1; date '+%F %T' >/run/since"
        start = f"systemctl reset-failed {name} 2>/dev/null; systemctl start {name}"
        done = self.host.run(f"{begun}; {start}", check=False)
        printed = f'journalctl -u {name} --since "$(cat /run/since)" --no-pager -o cat'
        return done.returncode, self.sh(f"journalctl --sync; {printed}")

    def sql(self, statement: str, where: str = "") -> str:
        """What psql prints as the superuser."""
        psql = f'psql -X -q -A -t -v ON_ERROR_STOP=1 {where} -c "{statement}"'
        return self.sh(f"cd / && runuser -u postgres -- {psql}")

    def place_json(self, state: str) -> dict[str, Any]:
        """What is known of a place."""
        found: dict[str, Any] = json.loads(self.sh(f"cat {state}/place.json"))
        return found

    def known(self, data: str) -> dict[str, Any]:
        """What ``rig backup status`` reads of some data."""
        one = self.rig().of("backup")
        assert one is not None
        tool = next(tool for tool in one.backup_tools if tool.data == data)
        found: dict[str, Any] = json.loads(self.sh(tool.known))
        return found

    def until(self, condition: str, seconds: int = 90) -> None:
        """Wait until a shell command succeeds."""
        self.sh(f"timeout {seconds} sh -c 'until {condition}; do sleep 0.3; done'")

    @contextmanager
    def away(self, how: str) -> Iterator[None]:
        """The endpoint refuses (``REJECT``) or says nothing (``DROP``) meanwhile."""
        address = self.s3.endpoint.url.removeprefix("https://")
        verdict = {"REJECT": "reject with tcp reset", "DROP": "drop"}[how]
        rules = "add table ip away; add chain ip away out { type filter hook output priority 0; }"
        rule = f"add rule ip away out ip daddr {address} tcp dport 443 {verdict}"
        self.sh(f"nft '{rules}; {rule}'")
        with contextlib.ExitStack() as stack:
            stack.callback(self.sh, "nft delete table ip away")
            yield


@contextmanager
def s3_target(name: str, system: Os) -> Iterator[S3Target]:
    """A fresh host with first backups in a bucket of a fresh S3 host."""
    for one in (name, f"{name}-s3"):
        lab.down(one)
    storage = lab.up(f"{name}-s3", kind="s3")
    client = Client(storage, endpoint(storage))
    for bucket in (FIRST, OTHER):
        client.put(f"/{bucket}", b"")
        client.put(f"/{bucket}?versioning=", VERSIONED)
    target = S3Target(lab.up(name, system))
    target.s3 = client
    target.sh("mkdir -p /var/lib/prometheus/node-exporter /srv/uploads && echo first >/srv/uploads/first")
    target.change()
    target.sh("systemctl stop 'rigwright-backup-*.timer'; systemctl start rigwright-backup-metrics")
    target.until(f"! test -e {STATE}/full-due")
    target.until("! systemctl is-active -q rigwright-backup-full rigwright-backup-files")
    yield target
    for one in (name, f"{name}-s3"):
        lab.down(one)
