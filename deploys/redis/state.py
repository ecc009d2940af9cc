"""What Redis of a host should be."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterable, Iterator

from deploys.redis import exporter
from deploys.redis.settings import ADMINISTRATOR, EXPORTER, RedisSettings, RedisUser
from deploys.redis.versions import ENGINES, Engine
from rigwright.desired import Activation, Check, Desired, Directory, File, Probe, RuntimeState, Socket, Unit
from rigwright.desired.render import render, render_tree
from rigwright.errors import RigError
from rigwright.settings.platform import NAMES, Platform

TOOLS = "/usr/local/lib/rigwright/redis"
ASK = f"{TOOLS}/ask"
ALL_COMMANDS = ("+@all",)

OVERCOMMIT = """\
told=refused
if systemd-detect-virt -cq || [ "$(cat /proc/sys/vm/overcommit_memory)" = 1 ]; then told=ok; fi
printf '{"fork of a large server": "%s"}' "$told"
"""
"""A container's kernel is another host's to set."""

Directives = tuple[tuple[str, str], ...]


def desired(settings: RedisSettings, platform: Platform) -> Desired:
    """Everything that Redis wants of a host of this platform.

    Raises:
        RigError: The platform does not package this engine.
    """
    engine = _engine(settings, platform)
    drop_in = f"/etc/systemd/system/{engine.unit}.d"
    main = f"{engine.folder}/{engine.name}.conf"
    wanted = Desired(
        subsystem="redis",
        packages=(engine.package,),
        versions=((engine.package, ".".join(map(str, engine.version))),),
        files=tuple(_files(settings, engine, main, drop_in)),
        directories=(Directory("/usr/local/lib/rigwright"), Directory(TOOLS), Directory(drop_in)),
        units=(Unit(engine.unit),),
        sockets=tuple(Socket(address, settings.port) for address in settings.listen_addresses),
        activations=(
            Activation(
                engine.unit,
                reload_on=(f"{engine.folder}/live.conf", f"{engine.folder}/users.acl"),
                restart_on=(main, f"{engine.folder}/administrator.json", f"{drop_in}/"),
            ),
        ),
        runtime_states=tuple(_readings(settings, engine)),
        checks=(Check(f"a start of {engine.package}", render("redis/_check.sh.j2", engine=engine).decode()),),
        probes=(Probe(f"{engine.name} with its data", f"{ASK} ping", settings.start_timeout_seconds),),
        memory_bytes=settings.memory * (2 if settings.append_only or settings.snapshots else 1),
    )
    return exporter.with_exporter(wanted, settings)


def _engine(settings: RedisSettings, platform: Platform) -> Engine:
    packaged = platform.choose(ENGINES)
    for engine in packaged:
        if engine.name == settings.engine:
            return engine
    raise RigError(
        f"{NAMES[platform.os]} does not package {settings.engine}",
        setting="redis.engine",
        next_step=f'use engine="{packaged[0].name}", or Debian 13 or Ubuntu 24.04',
    )


def _files(settings: RedisSettings, engine: Engine, main: str, drop_in: str) -> Iterator[File]:
    shared = {"redis": settings, "engine": engine}
    start, live = start_directives(settings, engine), live_directives(settings)
    # Owner and mode are those that the package insists on, or each upgrade would change them.
    yield File(
        main,
        render("redis/_server.conf.j2", engine=engine, directives=start),
        mode=0o640,
        owner=engine.user,
        group=engine.user,
    )
    yield File(
        f"{engine.folder}/live.conf",
        render("redis/_live.conf.j2", engine=engine, directives=_lines(live)),
        mode=0o640,
        group=engine.user,
    )
    yield File(
        f"{engine.folder}/users.acl",
        "".join(f"{line}\n" for line in acl_lines(settings, engine)).encode(),
        mode=0o640,
        group=engine.user,
        secret=True,
    )
    yield File(f"{engine.folder}/administrator.json", _administrator(settings), mode=0o600, secret=True)
    unit = render("redis/_unit.conf.j2", **shared)
    yield File(f"{drop_in}/rigwright.conf", unit)
    for path, content in render_tree("redis", shared).items():
        yield File(path, content, mode=0o755 if path.startswith(TOOLS) else 0o644)


def _administrator(settings: RedisSettings) -> bytes:
    about = {"user": ADMINISTRATOR, "password": settings.administrator_password.reveal()}
    return json.dumps(about, indent=1).encode() + b"\n"


def start_directives(settings: RedisSettings, engine: Engine) -> Directives:
    """What the server reads at its start only, in the words of ``CONFIG GET``."""
    return (
        ("bind", " ".join(settings.listen_addresses)),
        ("port", str(settings.port)),
        ("unixsocket", engine.socket),
        ("unixsocketperm", "700"),
        ("databases", str(settings.databases)),
        ("dir", engine.data),
        ("dbfilename", "dump.rdb"),
        ("appendfilename", "appendonly.aof"),
        ("pidfile", f"/run/{engine.name}/{engine.package}.pid"),
        ("logfile", f"/var/log/{engine.name}/{engine.package}.log"),
    )


def live_directives(settings: RedisSettings) -> Directives:
    """What the running server takes, in the words of ``CONFIG GET``."""
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


def _lines(directives: Directives) -> Iterator[tuple[str, str]]:
    """As the file has them: Redis 6 reads one point of ``save`` on a line, and none is an empty text."""
    for name, value in directives:
        if name != "save":
            yield name, value
        elif not value:
            yield name, '""'
        else:
            words = value.split()
            yield from ((name, " ".join(words[at : at + 2])) for at in range(0, len(words), 2))


def acl_lines(settings: RedisSettings, engine: Engine) -> Iterator[str]:
    """The lines of ``users.acl``, with hashes of passwords. ``default`` is off unless it is a user."""
    named = {user.name for user in settings.users}
    if "default" not in named:
        yield "user default off"
    administrator = RedisUser(
        name=ADMINISTRATOR,
        password=settings.administrator_password,
        channels=("*",),
        commands=ALL_COMMANDS,
    )
    measuring = [exporter.user(settings.exporter_password)] if settings.exporter_password else []
    yield from (_acl_line(user, engine) for user in (administrator, *measuring, *settings.users))


def _acl_line(user: RedisUser, engine: Engine) -> str:
    digest = hashlib.sha256(user.password.reveal().encode()).hexdigest()
    channels = (f"&{pattern}" for pattern in user.channels) if engine.channels else ()
    words = ("user", user.name, "reset", "on", f"#{digest}", *(f"~{one}" for one in user.keys), *channels)
    return " ".join((*words, *user.commands))


def _readings(settings: RedisSettings, engine: Engine) -> Iterator[RuntimeState]:
    reload = f"systemctl reload {engine.unit}"
    restart = f"systemctl restart {engine.unit}"
    start = start_directives(settings, engine)
    yield RuntimeState(
        "redis settings at start",
        _settings(start),
        start,
        remediation=restart,
        satisfied_by_restart_of=engine.unit,
    )
    live = live_directives(settings)
    yield RuntimeState(
        "redis settings",
        _settings(live),
        live,
        remediation=f"{reload} || {restart}",
        satisfied_by_restart_of=engine.unit,
    )
    measuring = {EXPORTER} if settings.exporter_password else set()
    users = sorted({"default", ADMINISTRATOR, *measuring, *(user.name for user in settings.users)})
    yield RuntimeState(
        "redis users",
        f"{ASK} users",
        tuple((name, "ok") for name in users),
        exact=True,
        remediation=f"{reload} || {restart}",
        satisfied_by_restart_of=engine.unit,
    )
    yield RuntimeState(
        "sysctl vm.overcommit_memory",
        OVERCOMMIT,
        (("fork of a large server", "ok"),),
        remediation="sysctl -qw vm.overcommit_memory=1",
    )


def _settings(directives: Iterable[tuple[str, str]]) -> str:
    return f"{ASK} settings {shlex.join(name for name, _ in directives)}"
