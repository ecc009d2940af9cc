"""A lab host with PostgreSQL, to which tests apply settings one after the other."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deploys.postgres.settings import PostgresSettings
from deploys.postgres.state import desired
from rigwright import lab
from rigwright.desired import Desired
from rigwright.remote.ssh import Done
from rigwright.settings.platform import Os, Platform
from tests.support.target import Target


class PostgresTarget(Target):
    """A lab host whose PostgreSQL follows settings."""

    def desired(self, settings: PostgresSettings) -> Desired:
        """What the host should be."""
        return desired(settings, Platform(self.host.os))

    def change(self, settings: PostgresSettings) -> Done:
        """Apply settings."""
        return self.apply(self.desired(settings))

    def found(self, settings: PostgresSettings) -> set[tuple[str, str]]:
        """Kind and place of everything that differs."""
        return {(one.kind, one.where) for one in self.drift(self.desired(settings))}

    def sql(self, statement: str, database: str = "postgres") -> str:
        """What psql prints as the superuser."""
        psql = f"psql -X -q -A -t -v ON_ERROR_STOP=1 -d {database} -c {shlex.quote(statement)}"
        return self.sh(f"cd / && runuser -u postgres -- {psql}")

    def login(
        self,
        role: str,
        password: str,
        database: str,
        statement: str = "SELECT 1",
        way: str = "sslmode=require",
    ) -> tuple[int, str]:
        """A login on loopback by a password from a file: exit code, and all that was printed."""
        self.sh(f"umask 077; echo '127.0.0.1:*:*:*:{password}' >/root/.pgpass")
        where = shlex.quote(f"host=127.0.0.1 user={role} dbname={database} {way}")
        done = self.host.run(f"psql -X -w -A -t -c {shlex.quote(statement)} {where} 2>&1", check=False)
        self.sh("rm -f /root/.pgpass")
        return done.returncode, done.stdout.strip()

    def task(self, name: str) -> tuple[int, str]:
        """Run a task of ours now: exit code, and what it printed."""
        unit = f"rigwright-postgres-{name}.service"
        # systemd refuses a sixth start within ten seconds.
        done = self.host.run(f"systemctl reset-failed {unit}; systemctl start {unit}", check=False)
        return done.returncode, self.sh(f"journalctl -u {unit} -n 40 --no-pager -o cat")

    def status(self, name: str) -> Any:
        """A status file of the dumps; None where there is none."""
        text = self.sh(f"cat /var/backups/postgresql/{name}.json 2>/dev/null || echo null")
        return json.loads(text)

    def dumps(self) -> list[str]:
        """The dumps that are there."""
        return self.sh("cd /var/backups/postgresql && ls -d [0-9]*Z 2>/dev/null || :").split()


@contextmanager
def postgres_target(name: str, system: Os) -> Iterator[PostgresTarget]:
    """A fresh host with the packages installed, as the first operation of a run does it."""
    lab.down(name)
    target = PostgresTarget(lab.up(name, system))
    target.install(target.desired(PostgresSettings()))
    yield target
    lab.down(name)
