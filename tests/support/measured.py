"""A lab host with PostgreSQL, Redis and Docker, which is measured all the time."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from deploys.docker.settings import DockerSettings
from deploys.postgres.pooler import has_exporter
from deploys.postgres.settings import Database, Pooler, PostgresSettings, Role
from deploys.prometheus.settings import PrometheusSettings
from deploys.redis.settings import RedisSettings, RedisUser
from deploys.rig import Machine, Rig
from rigwright.secrets.value import Secret
from tests.support.monitored import OF_THE_MACHINE
from tests.support.target import Target

ADMINISTRATOR = Secret("redis_administrator", "Zq8vN3rT5yUw2xKp")


EXPORTER = Secret("redis_exporter", "Hn7kP4wY9sBt3vQz")


POOLER = Secret("pgbouncer_exporter", "Ty5mR8cK2wZq6nLd")


OWNER = Secret("owner", "owner-of-the-lab-3x")


APP = Secret("redis_app", "Lk4jH7gF9dSa1mNb")


class Measured(Target):
    """A host that is measured every three seconds, and whose rules wait for nothing."""

    def rig(self, *, measured: bool = True, **redis: object) -> Rig:
        """The whole host, with or without its exporters."""
        settings: dict[str, Any] = {
            "administrator_password": ADMINISTRATOR,
            "users": [RedisUser(name="app", password=APP)],
            "memory": "4MiB",
            "max_clients": 32,
            **({"exporter_port": 9121, "exporter_password": EXPORTER} if measured else {}),
            **redis,
        }
        pools = measured and self.pooled
        pooler: dict[str, Any] = {"exporter_port": 9127, "exporter_password": POOLER} if pools else {}
        return Rig(
            machine=Machine(os=self.host.os),
            docker=DockerSettings(metrics_port=9323 if measured else None),
            postgres=PostgresSettings(
                max_connections=40,
                roles=[Role(name="owner", password=OWNER)],
                databases=[Database(name="studio", owner="owner")],
                exporter_port=9187 if measured else None,
                pooler=Pooler(pool_size=2, query_wait_timeout_seconds=60, **pooler),
            ),
            redis=RedisSettings(**settings),
            prometheus=PrometheusSettings(
                # Older exporters of PostgreSQL try twice, with a second between: that must fit in.
                scrape_interval_seconds=3,
                evaluation_interval_seconds=1,
                longest_wait_seconds=0,
                ignored_file_systems=["overlay", "ramfs"],
                drift_check=False,
            ),
        )

    @property
    def pooled(self) -> tuple[str, ...]:
        """The job of the pooler's exporter, where the system packages it."""
        return ("pgbouncer",) if has_exporter(self.host.os) else ()

    def bring(self, rig: Rig) -> None:
        """Apply every subsystem."""
        for one in rig.desired():
            done = self.apply(one)
            assert done.code == 0, done.stdout

    def api(self, path: str) -> Any:
        """What Prometheus's API returns."""
        return json.loads(self.sh(f"curl -fsS '127.0.0.1:9090/api/v1/{path}'"))["data"]

    def query(self, expr: str) -> list[float]:
        """The values of an expression."""
        return [float(one["value"][1]) for one in self.api(f"query?query={quote(expr)}")["result"]]

    def firing(self) -> set[str]:
        """The alerts that fire now, but for those of the machine below."""
        return {one["labels"]["alertname"] for one in self.api("alerts")["alerts"]} - OF_THE_MACHINE

    def targets(self) -> set[tuple[str, str]]:
        """Job and health of everything that is measured."""
        return {(one["labels"]["job"], one["health"]) for one in self.api("targets")["activeTargets"]}

    def sql(self, statement: str) -> str:
        """What psql prints as the superuser, who can always log in."""
        return self.sh(f'cd / && runuser -u postgres -- psql -X -q -A -t -c "{statement}"')

    def pool(self, statement: str, more: str = "") -> str:
        """What psql prints through the pooler; ``more`` stands behind the command."""
        where = "host=127.0.0.1 port=6432 user=owner dbname=studio"
        return self.sh(f"PGPASSWORD={OWNER.reveal()} psql -X -w -A -t -c '{statement}' '{where}' {more}")

    def app(self, script: str) -> str:
        """What redis-cli prints for the application."""
        return self.sh(f"REDISCLI_AUTH={APP.reveal()} redis-cli --user app {script}", check=False)
