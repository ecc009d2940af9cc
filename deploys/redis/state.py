"""What Redis of a host should be."""

from __future__ import annotations

import json
from collections.abc import Iterator

from deploys.redis import exporter
from deploys.redis.acl import acl_lines
from deploys.redis.directives import lines, live_directives, start_directives
from deploys.redis.runtime_state import QUERY, TOOLS, runtime_states
from deploys.redis.settings import ADMINISTRATOR, RedisSettings
from deploys.redis.usage import PROGRAM, usage
from deploys.redis.versions import ENGINES, Engine
from rigwright.desired import (
    Activation,
    Check,
    Desired,
    Directory,
    File,
    Probe,
    Protected,
    Socket,
    Step,
    Unit,
)
from rigwright.desired.program import program, python, shell
from rigwright.desired.render import render, render_tree
from rigwright.errors import RigError
from rigwright.settings.platform import NAMES, Platform

DAY_SECONDS = 86_400


def desired(settings: RedisSettings, platform: Platform) -> Desired:
    """Everything that a host of this platform needs for Redis.

    Raises:
        RigError: The platform does not package this engine.
    """
    engine = _engine(settings, platform)
    drop_in = f"/etc/systemd/system/{engine.unit}.d"
    main = f"{engine.folder}/{engine.name}.conf"
    own = Desired(
        subsystem="redis",
        packages=(engine.package,),
        versions=((engine.package, ".".join(map(str, engine.version))),),
        files=tuple(_files(settings, engine, main, drop_in)),
        directories=tuple(_directories(settings, engine, drop_in)),
        units=(Unit(engine.unit),),
        sockets=tuple(Socket(address, settings.port) for address in settings.listen_addresses),
        activations=(
            Activation(
                engine.unit,
                reload_on=(f"{engine.folder}/live.conf", f"{engine.folder}/users.acl"),
                restart_on=(main, f"{engine.folder}/administrator.json", f"{drop_in}/"),
            ),
        ),
        runtime_states=tuple(runtime_states(settings, engine)),
        checks=(_check(engine),),
        steps=(_saved(),),
        usages=(usage(settings, settings.directory or engine.data),),
        probes=(Probe(f"{engine.name} with its data", f"{QUERY} ping", settings.start_timeout_seconds),),
        protects=(_protected(settings, engine),),
        memory_bytes=settings.memory * (2 if settings.append_only or settings.snapshots else 1),
    )
    return Desired.merge(own, *exporter.parts(settings))


def _directories(settings: RedisSettings, engine: Engine, drop_in: str) -> Iterator[Directory]:
    yield from (Directory("/usr/local/lib/rigwright"), Directory(TOOLS), Directory(drop_in))
    if settings.directory:
        yield Directory(settings.directory, mode=0o750, owner=engine.user, group=engine.user)


def _protected(settings: RedisSettings, engine: Engine) -> Protected:
    """Its dump and its log: the log is there from the first start, a dump from the first change on."""
    files = 1 if settings.append_only else 0
    details = (
        ("save", f"{QUERY} save"),
        ("saved", settings.dump_file),
        ("units", engine.unit),
        ("aside", f"{settings.append_file} appendonlydir"),
        ("ready", f"{QUERY} ping && echo $({QUERY} do DBSIZE) keys"),
    )
    return Protected(
        "Redis", "key_value", (settings.directory or engine.data,), DAY_SECONDS, files, details=details
    )


def _saved() -> Step:
    """A server that is taken over and keeps its keys in memory alone would lose them by its first restart."""
    return Step(
        "dump of keys that are in memory alone",
        only_if=f"[ ! -e {TOOLS}/server.env ] || exit 1\n{python(PROGRAM, 'unsaved')}",
        command=python(PROGRAM, "save"),
    )


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
        render("redis/_live.conf.j2", engine=engine, directives=lines(live)),
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
    yield File(f"{drop_in}/rigwright.conf", _unit(settings, engine))
    for path, text in render_tree("redis", {}).items():
        yield File(path, text)
    yield File(f"{TOOLS}/server.env", _server(settings, engine))
    for path, source in ((QUERY, "query.py"), (f"{TOOLS}/prepare-data", "prepare_data.sh")):
        yield File(path, program(f"redis/programs/{source}").encode(), mode=0o755)


def _unit(settings: RedisSettings, engine: Engine) -> bytes:
    data = settings.directory or engine.data
    return render("redis/_unit.conf.j2", redis=settings, engine=engine, data=data)


def _server(settings: RedisSettings, engine: Engine) -> bytes:
    """What the installed programs need to know, as lines for a shell; no value needs quotes."""
    values = {
        "name": engine.name,
        "package": engine.package,
        "user": engine.user,
        "folder": engine.folder,
        "data": settings.directory or engine.data,
        "dump": settings.dump_file,
        "log": settings.append_file,
        "databases": str(settings.databases),
        "socket": engine.socket,
        "append_only": "yes" if settings.append_only else "no",
    }
    return "".join(f"{name}={value}\n" for name, value in values.items()).encode()


def _check(engine: Engine) -> Check:
    values = {"name": engine.name, "package": engine.package, "user": engine.user, "folder": engine.folder}
    return Check(f"a start of {engine.package}", shell("redis/programs/check.sh", variables=values))


def _administrator(settings: RedisSettings) -> bytes:
    login = {"user": ADMINISTRATOR, "password": settings.administrator_password.reveal()}
    return json.dumps(login, indent=1).encode() + b"\n"
