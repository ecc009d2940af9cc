"""Redis."""

from tests.alerts.case import Case, Fires

WHO = '{instance="r", job="redis"}'
LABELS = {"instance": "r", "job": "redis"}


def info(policy: str) -> dict[str, str]:
    """What the exporter exposes of the server, and 950 of 1000 bytes taken."""
    return {
        f'redis_instance_info{{instance="r", job="redis", maxmemory_policy="{policy}"}}': "1+0x120",
        f"redis_memory_used_bytes{WHO}": "950+0x120",
        f"redis_memory_max_bytes{WHO}": "1000+0x120",
    }


SAVED = Fires(
    "Redis cannot write its data to disk",
    "The last dump, or the last write of the append-only file, failed: it may refuse writes.",
    LABELS,
)

CASES = (
    Case(
        "RedisDown",
        {f"redis_up{WHO}": "0+0x120"},
        Fires(
            "Redis does not respond",
            "Its exporter gets no response from it, or is not let in.",
            LABELS,
        ),
    ),
    Case("RedisDown", {f"redis_up{WHO}": "1+0x120"}),
    Case("RedisDown", {f"redis_up{WHO}": "1+0x58 0 1+0x60"}, at="29m30s"),  # once is no state
    Case(
        "RedisMemoryFull",
        info("noeviction"),
        Fires(
            "The memory of Redis is nearly full",
            "95% of it is taken; when it is full, writes are refused.",
            LABELS,
        ),
    ),
    Case("RedisMemoryFull", info("allkeys-lru")),  # a cache is full by design
    Case("RedisMemoryFull", {**info("noeviction"), f"redis_memory_used_bytes{WHO}": "800+0x120"}),
    Case("RedisMemoryFull", {**info("noeviction"), f"redis_memory_max_bytes{WHO}": "0+0x120"}),  # no limit
    Case(
        "RedisConnectionsRejected",
        {f"redis_rejected_connections_total{WHO}": "3+1x120"},
        Fires(
            "Redis turns clients away",
            "About 10 in 5 minutes, because max_clients are connected.",
            LABELS,
        ),
    ),
    Case("RedisConnectionsRejected", {f"redis_rejected_connections_total{WHO}": "3+0x120"}),  # long ago
    *(
        Case(
            "RedisSaveFailed",
            {
                f"{name}{WHO}": "0+0x120" if name == failed else "1+0x120"
                for name in (
                    "redis_rdb_last_bgsave_status",
                    "redis_aof_last_write_status",
                    "redis_aof_last_bgrewrite_status",
                )
            },
            SAVED,
        )
        for failed in (
            "redis_rdb_last_bgsave_status",
            "redis_aof_last_write_status",
            "redis_aof_last_bgrewrite_status",
        )
    ),
    Case(
        "RedisSaveFailed",
        {f"redis_rdb_last_bgsave_status{WHO}": "0+0x120", f"redis_aof_last_write_status{WHO}": "0+0x120"},
        SAVED,  # one alert, however much fails
    ),
    Case(
        "RedisSaveFailed",
        {f"redis_rdb_last_bgsave_status{WHO}": "1+0x120", f"redis_aof_last_write_status{WHO}": "1+0x120"},
    ),
)
