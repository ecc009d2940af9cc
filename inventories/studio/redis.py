"""Cache, queues and sessions of the reference host."""

from deploys.redis.settings import RedisSettings, RedisUser, Snapshot
from rigwright.secrets import SecretSource


def redis(secrets: SecretSource) -> RedisSettings:
    """With its passwords out of a store."""
    return RedisSettings(
        administrator_password=secrets["redis_administrator"],  # of the host's own tools
        engine="redis",  # or valkey: Debian 13 and Ubuntu 24.04 package it
        users=[
            RedisUser(
                name="backend",  # default: who gives no name
                password=secrets["redis_backend"],
                keys=["*"],  # patterns of the keys that it may use
                channels=["*"],  # and of the channels
                commands=["+@all", "-@admin", "-@dangerous", "+info", "+client|setname"],
            ),
        ],
        directory=None,  # None: the package's; data that exists is never moved
        dump_file="dump.rdb",
        append_file="appendonly.aof",
        memory=8 * 2**30,  # of the data; while it saves, the server may take twice as much
        eviction="noeviction",  # refuse writes when it is full; allkeys-lru for a cache
        append_only=True,  # log each write, so that a crash loses a second
        append_fsync="everysec",  # or always, or no
        snapshots=[Snapshot(seconds=3600, changes=1), Snapshot(seconds=300, changes=100)],  # dumps
        listen_addresses=["127.0.0.1", "172.30.0.1"],  # loopback, and for containers Docker's first bridge
        port=6379,
        databases=16,
        max_clients=10_000,  # connections at once
        idle_timeout_seconds=0,  # 0: an idle connection stays open
        keepalive_seconds=300,  # how often TCP probes a silent client
        slow_log_microseconds=10_000,  # a slower command is in the slow log
        slow_log_entries=128,
        start_timeout_seconds=600,  # the data is read first
        exporter_port=9121,  # measurements for Prometheus, on loopback; None: no exporter
        exporter_password=secrets["redis_exporter"],  # of a user that can only measure
    )
