"""What applications take from other subsystems of a host, and what nginx takes from applications. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from deploys.apps.settings import App, AppsSettings
from deploys.apps.urls import DatabaseUrl, RedisUrl
from deploys.docker.settings import DockerSettings
from deploys.nginx.settings import NginxSettings
from deploys.nginx.upstreams import Server, Upstream
from deploys.postgres.roles import Role
from deploys.postgres.settings import PostgresSettings
from deploys.redis.settings import RedisSettings
from rigwright.secrets.value import Secret

IPV4 = 4


def composed(
    apps: AppsSettings,
    docker: DockerSettings | None,
    postgres: PostgresSettings | None,
    redis: RedisSettings | None,
) -> AppsSettings:
    """The applications with each URL as a secret variable.

    Raises:
        ValueError: The host lacks what an application needs; the text says what to set.
    """
    if docker is None:
        raise ValueError("apps: applications run in containers: set docker=DockerSettings()")
    changed = []
    for app in apps.apps:
        made = dict(app.secrets)
        for name, url in app.urls.items():
            where = f"apps: {name} of {app.name}"
            if isinstance(url, DatabaseUrl):
                made[name] = _database(where, url, docker, postgres)
            else:
                made[name] = _redis(where, url, docker, redis)
        changed.append(app.model_copy(update={"secrets": made, "urls": {}}))
    return apps.model_copy(update={"apps": tuple(changed)})


def _database(
    where: str, url: DatabaseUrl, docker: DockerSettings, postgres: PostgresSettings | None
) -> Secret:
    if postgres is None:
        raise ValueError(f"{where}: the host has no PostgreSQL: set postgres, or take a secret instead")
    role = next((one for one in postgres.roles if one.name == url.role), None)
    if role is None or role.password is None:
        raise ValueError(f"{where}: postgres.roles has no {url.role} with a password: add it there")
    database = next((one for one in postgres.databases if one.name == url.database), None)
    if database is None or role.name not in {*database.members}:
        raise ValueError(
            f"{where}: {url.role} may not enter {url.database}: name it in that one of postgres.databases"
        )
    if url.pooled and postgres.pooler is None:
        raise ValueError(f"{where}: the host has no pooler: set postgres.pooler, or pooled=False")
    pooler = postgres.pooler if url.pooled else None
    setting = "postgres.pooler.listen_addresses" if pooler else "postgres.listen_addresses"
    listens = pooler.listen_addresses if pooler else postgres.listen_addresses
    address = _reached(where, setting, listens, docker)
    if not pooler and not _from_containers(role, docker):
        raise ValueError(
            f"{where}: {url.role} may not connect from containers: add {docker.address_pools[0].base} to its "
            "networks, or leave pooled=False out"
        )
    port = pooler.port if pooler else postgres.port
    login = f"{quote(role.name, safe='')}:{quote(role.password.reveal(), safe='')}"
    mode = "disable" if pooler else "require"
    text = f"postgresql://{login}@{address}:{port}/{quote(database.name, safe='')}?sslmode={mode}"
    return Secret(role.password.name, text)


def _redis(where: str, url: RedisUrl, docker: DockerSettings, redis: RedisSettings | None) -> Secret:
    if redis is None:
        raise ValueError(f"{where}: the host has no Redis: set redis, or take a secret instead")
    user = next((one for one in redis.users if one.name == url.user), None)
    if user is None:
        raise ValueError(f"{where}: redis.users has no {url.user}: add it there")
    if url.database >= redis.databases:
        raise ValueError(f"{where}: redis.databases is {redis.databases}, so there is no {url.database}")
    address = _reached(where, "redis.listen_addresses", redis.listen_addresses, docker)
    login = f"{user.name}:{quote(user.password.reveal(), safe='')}"
    return Secret(user.password.name, f"redis://{login}@{address}:{redis.port}/{url.database}")


def _reached(where: str, setting: str, addresses: Iterable[str], docker: DockerSettings) -> str:
    """The first address that containers reach, as it stands in a URL."""
    for one in map(ipaddress.ip_address, addresses):
        if one.is_unspecified and one.version == IPV4:
            return _bridge(docker)
        if not one.is_loopback and not one.is_unspecified:
            return str(one) if one.version == IPV4 else f"[{one}]"
    raise ValueError(
        f"{where}: {setting} has no address that containers reach: add that of Docker's first bridge, "
        f"{_bridge(docker)}"
    )


def _bridge(docker: DockerSettings) -> str:
    """The host's address on the engine's first bridge: the first of its pools, unless ``bip`` names it."""
    if given := docker.daemon_options.get("bip"):
        return str(given).partition("/")[0]
    return str(next(ipaddress.ip_network(docker.address_pools[0].base).hosts()))


def _from_containers(role: Role, docker: DockerSettings) -> bool:
    """Whether a role may connect to the server from the networks of containers."""
    pools = [ipaddress.ip_network(one.base) for one in docker.address_pools]
    networks = [ipaddress.ip_network(one) for one in role.networks]
    return any(one.version == pool.version and one.overlaps(pool) for one in networks for pool in pools)


def balanced(nginx: NginxSettings, apps: AppsSettings | None) -> NginxSettings:
    """The web server with HAProxy as the only server of each upstream that names an application.

    Raises:
        ValueError: It names one that is not there.
    """
    if not any(one.app for one in nginx.upstreams):
        return nginx
    known = {one.name: one for one in apps.apps} if apps else {}
    upstreams = tuple(_upstream(one, known) if one.app else one for one in nginx.upstreams)
    return nginx.model_copy(update={"upstreams": upstreams})


def _upstream(one: Upstream, known: Mapping[str, App]) -> Upstream:
    name, _, wanted = (one.app or "").partition("/")
    app = known.get(name)
    if app is None:
        raise ValueError(f"nginx.upstreams: {one.name} names the application {name}: add it to apps.apps")
    process = app.process(wanted or None)
    if process is None:
        each = ", ".join(f"{name}/{other.name}" for other in app.processes)
        raise ValueError(f"nginx.upstreams: {one.name} names {one.app}: write one of {each}")
    # HAProxy knows which instances are there: nginx must never leave it out.
    server = Server(port=process.listen, max_fails=0)
    return one.model_copy(update={"app": None, "servers": (server,)})
