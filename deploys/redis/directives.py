"""The server's settings as ``CONFIG GET`` names them: one text serves the file and the comparison."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.redis.settings import RedisSettings
from deploys.redis.versions import Engine

Directives = tuple[tuple[str, str], ...]


def start_directives(settings: RedisSettings, engine: Engine) -> Directives:
    """What the server reads at its start only."""
    return (
        ("bind", " ".join(settings.listen_addresses)),
        ("port", str(settings.port)),
        ("unixsocket", engine.socket),
        ("unixsocketperm", "700"),
        ("databases", str(settings.databases)),
        ("dir", settings.directory or engine.data),
        ("dbfilename", settings.dump_file),
        ("appendfilename", settings.append_file),
        ("pidfile", f"/run/{engine.name}/{engine.package}.pid"),
        ("logfile", f"/var/log/{engine.name}/{engine.package}.log"),
    )


def live_directives(settings: RedisSettings) -> Directives:
    """What the running server takes."""
    points = (f"{point.seconds} {point.changes}" for point in settings.snapshots)
    return (
        ("protected-mode", "yes"),
        ("maxmemory", str(settings.memory)),
        ("maxmemory-policy", settings.eviction),
        ("appendonly", "yes" if settings.append_only else "no"),
        ("appendfsync", settings.append_fsync),
        ("save", " ".join(points)),
        ("maxclients", str(settings.max_clients)),
        ("timeout", str(settings.idle_timeout_seconds)),
        ("tcp-keepalive", str(settings.keepalive_seconds)),
        ("slowlog-log-slower-than", str(settings.slow_log_microseconds)),
        ("slowlog-max-len", str(settings.slow_log_entries)),
    )


def lines(directives: Directives) -> Iterator[tuple[str, str]]:
    """As the file has them: Redis 6 reads one point of ``save`` on a line, and none is an empty text."""
    for name, value in directives:
        if name != "save":
            yield name, value
        elif not value:
            yield name, '""'
        else:
            words = value.split()
            yield from ((name, " ".join(words[at : at + 2])) for at in range(0, len(words), 2))
