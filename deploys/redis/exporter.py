"""Redis's exporter: a user of its own that may measure, and can neither read nor change what is kept."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from deploys.redis.settings import EXPORTER, RedisSettings, RedisUser
from rigwright.desired import AlertRule, Desired
from rigwright.desired.exporter import Exporter
from rigwright.secrets.value import Secret

COMMANDS = ("+info", "+client|setname", "+slowlog|len", "+latency|latest", "+latency|histogram")
"""What it reads figures with. ``CONFIG GET`` could show a password, ``SLOWLOG GET`` shows what was stored."""

FULL = 0.9
"""The share of ``memory`` from which on there is an alert, as for the host's own memory."""

ALERTS = (
    AlertRule(
        "RedisDown",
        "redis_up == 0",
        60,
        "critical",
        "Redis does not respond",
        "Its exporter gets no response from it, or is not let in.",
        "redis-down",
    ),
    AlertRule(
        "RedisMemoryFull",
        # A cache that drops keys to make room is meant to be full.
        f"redis_memory_used_bytes / (redis_memory_max_bytes > 0) > {FULL}"
        ' and on (instance, job) redis_instance_info{maxmemory_policy!~"allkeys-.+"}',
        300,
        "warning",
        "The memory of Redis is nearly full",
        "{{ $value | humanizePercentage }} of it is taken; when it is full, writes are refused.",
        "redis-memory",
    ),
    AlertRule(
        "RedisConnectionsRejected",
        "increase(redis_rejected_connections_total[5m]) > 0",
        0,
        "critical",
        "Redis turns clients away",
        "About {{ $value | humanize }} in 5 minutes, because max_clients are connected.",
        "redis-connections",
    ),
    AlertRule(
        "RedisSaveFailed",
        "redis_rdb_last_bgsave_status == 0 or redis_aof_last_write_status == 0"
        " or redis_aof_last_bgrewrite_status == 0",
        60,
        "critical",
        "Redis cannot write its data to disk",
        "The last dump, or the last write of the append-only file, failed: it may refuse writes.",
        "redis-save",
    ),
)


def user(password: Secret) -> RedisUser:
    """Who the exporter logs in as: no key, no channel, and no command that shows or changes data."""
    return RedisUser(name=EXPORTER, password=password, keys=(), commands=COMMANDS)


def parts(settings: RedisSettings) -> Iterator[Desired]:
    """The exporter with its rules, where the settings have one."""
    if settings.exporter_port is None or settings.exporter_password is None:
        return
    exporter = Exporter(
        "prometheus-redis-exporter",
        settings.exporter_port,
        arguments=(f"--redis.addr=redis://{address(settings)}", "--config-command=-"),
        environment=(("REDIS_USER", EXPORTER), ("REDIS_PASSWORD", settings.exporter_password.reveal())),
        secret=True,
        job="redis",
        up="redis_up",
    )
    yield exporter.part("redis")
    yield Desired("redis", alerts=ALERTS)


def address(settings: RedisSettings) -> str:
    """Where the exporter connects: on loopback, where the server listens there."""
    known = [ipaddress.ip_address(one) for one in settings.listen_addresses]
    chosen = next((one for one in known if one.is_loopback), known[0])
    return f"{chosen}:{settings.port}" if chosen.version == 4 else f"[{chosen}]:{settings.port}"  # noqa: PLR2004  IPv4
