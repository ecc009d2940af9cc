"""Redis with no settings, and with every setting changed."""

from __future__ import annotations

from pathlib import Path

from deploys.redis.settings import RedisSettings, RedisUser, Snapshot
from deploys.redis.versions import ENGINES
from rigwright.secrets import LabSecrets
from rigwright.settings.platform import Os

_secrets = LabSecrets(Path(__file__).resolve().parents[2] / ".lab")


def defaults(os: Os) -> RedisSettings:  # noqa: ARG001  the same on all
    """Only what has no default: the administrator's password."""
    return RedisSettings(administrator_password=_secrets["redis_administrator"])


def everything(os: Os) -> RedisSettings:
    """A cache, with Valkey where it is packaged, that two users share."""
    return RedisSettings(
        administrator_password=_secrets["redis_administrator"],
        engine=ENGINES[os][-1].name,
        users=[
            RedisUser(name="default", password=_secrets["redis_default"]),
            RedisUser(
                name="app",
                password=_secrets["redis_app"],
                keys=["app:*", "session:*"],
                channels=["app:*"],
                commands=["+@all", "-@admin", "-@dangerous", "+keys"],
            ),
        ],
        memory=32 * 2**20,
        eviction="allkeys-lru",
        append_only=False,
        append_fsync="always",
        snapshots=[Snapshot(seconds=600, changes=5)],
        listen_addresses=["127.0.0.1", "::1"],
        port=6380,
        databases=4,
        max_clients=500,
        idle_timeout_seconds=300,
        keepalive_seconds=60,
        slow_log_microseconds=1000,
        slow_log_entries=64,
        start_timeout_seconds=120,
        exporter_port=9221,
        exporter_password=_secrets["redis_exporter"],
    )
