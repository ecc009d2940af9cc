"""apps: what its settings become, what they refuse, and what they take from other subsystems."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from deploys.apps.settings import App, AppFile, AppsSettings, DatabaseUrl, Process, RedisUrl
from deploys.docker.settings import AddressPool, DockerSettings
from deploys.nginx.settings import NginxSettings, Proxy, SelfSigned, Server, Site, Upstream
from deploys.postgres.settings import Database, Pooler, PostgresSettings, Role
from deploys.redis.settings import RedisSettings, RedisUser
from deploys.rig import Machine, Rig
from rigwright.secrets.value import Secret

MIB = 2**20
PASSWORD = "a/long password@with:signs?"  # noqa: S105  of no host
WEB: dict[str, Any] = {
    "name": "web",
    "port": 8080,
    "listen": 17_000,
    "slots_from": 17_100,
    "memory": 64 * MIB,
}


def web(**more: Any) -> Process:
    return Process(**{**WEB, **more})


def shop(*processes: Process, **more: Any) -> App:
    return App(**{"name": "shop", "image": "127.0.0.1:5000/shop", "processes": processes or (web(),), **more})


def host(*apps: App, **more: Any) -> Rig:
    given = {"docker": DockerSettings(), **more}
    return Rig(machine=Machine(os="debian13"), apps=AppsSettings(apps=apps or (shop(),)), **given)


def files(rig: Rig, subsystem: str = "apps") -> dict[str, str]:
    one = rig.of(subsystem)
    assert one
    return {file.path: file.content.decode() for file in one.files if not file.path.endswith(".pyz")}


def test_each_process_has_twice_as_many_slots_as_it_may_have_instances() -> None:
    text = files(host(shop(web(instances=2, max_instances=3))))["/etc/haproxy/haproxy.cfg"]
    lines = [line.split() for line in text.splitlines() if line.strip().startswith("server ")]
    assert [words[1:] for words in lines] == [
        [name, f"127.0.0.1:{port}", "disabled"]
        for name, port in zip(("a1", "a2", "a3", "b1", "b2", "b3"), range(17_100, 17_106), strict=True)
    ]


def test_no_inventory_names_a_version() -> None:
    for image in ("shop:1", "registry:5000/shop:1.2", "shop@sha256:" + "0" * 64):
        with pytest.raises(ValidationError, match="which version runs is what a release says"):
            shop(image=image)
    assert shop(image="registry:5000/shop").image == "registry:5000/shop"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: host(shop(), shop()), "two are named shop"),
        (lambda: shop(web(), web(listen=1)), "two are named web"),
        (lambda: host(shop(web(slots_from=17_000))), "port 17000 has two owners, shop/web"),
        (lambda: host(shop(), shop(web(listen=17_101), name="api")), "shop/web and api/web"),
        (lambda: web(instances=3, max_instances=2), "max_instances: 2 are fewer"),
        (lambda: web(slots_from=65_535), "slots_from"),
        (lambda: web(memory_reservation=65 * MIB), "memory_reservation"),
        (lambda: shop(variables={"RELEASE": "1"}), "RELEASE names the release"),
        (lambda: shop(variables={"A": "1"}, secrets={"A": Secret("a", "b")}), "A is there twice"),
        (lambda: shop(files=[AppFile(path="/a", content="1\n")] * 2), "/a is there twice"),
        (lambda: shop(variables={"A": "b\0"}), "zero byte"),
        (lambda: AppsSettings(apps=[]), "at least 1"),
        (lambda: host(docker=None), r"set docker=DockerSettings\(\)"),
    ],
)
def test_what_cannot_work_is_refused_when_the_inventory_loads(make: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        make()


def test_a_slot_that_another_subsystem_has_is_refused() -> None:
    """As Grafana's 3001, which the second colour of a frontend on 3000 would take."""
    with pytest.raises(ValidationError, match=r"tcp port 9323 has two owners: docker .* and apps"):
        host(shop(web(listen=9322, slots_from=9323)))


def test_memory_counts_for_two_releases() -> None:
    machine = Machine(os="debian13", memory=2**30)
    fits = AppsSettings(apps=[shop(web(memory=400 * MIB))])
    Rig(machine=machine, docker=DockerSettings(), apps=fits)
    with pytest.raises(ValidationError, match=r"apps 1\.0 GiB"):
        Rig(machine=machine, docker=DockerSettings(), apps=AppsSettings(apps=[shop(web(memory=512 * MIB))]))


def postgres(**more: Any) -> PostgresSettings:
    values: dict[str, Any] = {
        "roles": [
            Role(name="owner"),
            Role(name="app", password=Secret("postgres_app", PASSWORD)),
            Role(name="other", password=Secret("postgres_other", PASSWORD)),
        ],
        "databases": [Database(name="shop", owner="owner", writers=["app"])],
        "pooler": Pooler(listen_addresses=["127.0.0.1", "172.30.0.1"]),
        **more,
    }
    return PostgresSettings(**values)


def redis(**more: Any) -> RedisSettings:
    secret = Secret("redis_app", "Lk4jH7gF9dSa1mNb")
    values: dict[str, Any] = {
        "administrator_password": Secret("redis_administrator", "Zq8vN3rT5yUw2xKp"),
        "users": [RedisUser(name="app", password=secret)],
        "listen_addresses": ["127.0.0.1", "172.30.0.1"],
        **more,
    }
    return RedisSettings(**values)


def secrets(rig: Rig) -> dict[str, str]:
    found: dict[str, str] = json.loads(files(rig)["/etc/rigwright/apps/shop.secrets.json"])
    return found


def test_urls_are_composed_from_what_the_host_declares() -> None:
    urls = {
        "DATABASE_URL": DatabaseUrl(role="app", database="shop"),
        "CACHE": RedisUrl(user="app", database=3),
    }
    rig = host(shop(urls=urls), postgres=postgres(), redis=redis())
    assert secrets(rig) == {
        "DATABASE_URL": "postgresql://app:a%2Flong%20password%40with%3Asigns%3F@172.30.0.1:6432/shop?sslmode=disable",
        "CACHE": "redis://app:Lk4jH7gF9dSa1mNb@172.30.0.1:6379/3",
    }
    public = "".join(text for path, text in files(rig).items() if not path.endswith(".secrets.json"))
    assert "Lk4jH7gF9dSa1mNb" not in public
    modes = {file.path: (file.mode, file.secret) for file in rig.of("apps").files}  # type: ignore[union-attr]
    assert modes["/etc/rigwright/apps/shop.secrets.json"] == (0o600, True)


def test_a_session_of_the_servers_own_goes_over_tls_to_the_address_of_the_first_bridge() -> None:
    own = postgres(
        listen_addresses=["0.0.0.0"],
        roles=[
            Role(name="owner"),
            Role(name="app", password=Secret("postgres_app", PASSWORD), networks=["10.9.0.0/16"]),
        ],
    )
    urls = {"DATABASE_URL": DatabaseUrl(role="app", database="shop", pooled=False)}
    engine = DockerSettings(address_pools=[AddressPool(base="10.9.0.0/16", prefix_length=24)])
    rig = host(shop(urls=urls), postgres=own, docker=engine)
    assert secrets(rig)["DATABASE_URL"].endswith("@10.9.0.1:5432/shop?sslmode=require")


def database(**more: Any) -> dict[str, Any]:
    return {"DB": DatabaseUrl(**{"role": "app", "database": "shop", **more})}


@pytest.mark.parametrize(
    ("urls", "more", "message"),
    [
        (database(), {}, "has no PostgreSQL"),
        (database(role="absent"), {"postgres": postgres()}, "has no absent with a password"),
        (database(role="owner"), {"postgres": postgres()}, "has no owner with a password"),
        (database(role="other"), {"postgres": postgres()}, "other may not enter shop"),
        (database(database="none"), {"postgres": postgres()}, "app may not enter none"),
        (database(), {"postgres": postgres(pooler=None)}, "has no pooler"),
        (
            database(),
            {"postgres": postgres(pooler=Pooler())},
            r"postgres.pooler.listen_addresses has no address .* 172\.30\.0\.1",
        ),
        (database(pooled=False), {"postgres": postgres()}, "postgres.listen_addresses has no address"),
        (
            database(pooled=False),
            {"postgres": postgres(listen_addresses=["127.0.0.1", "172.30.0.1"])},
            "add 172.30.0.0/16 to its networks",
        ),
        ({"C": RedisUrl(user="app")}, {}, "has no Redis"),
        ({"C": RedisUrl(user="no")}, {"redis": redis()}, "redis.users has no no"),
        ({"C": RedisUrl(user="app", database=16)}, {"redis": redis()}, "redis.databases is 16"),
        (
            {"C": RedisUrl(user="app")},
            {"redis": redis(listen_addresses=["127.0.0.1"])},
            "redis.listen_addresses has no address",
        ),
    ],
)
def test_a_url_that_would_lead_nowhere_is_refused(urls: Any, more: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as refused:
        host(shop(urls=urls), **more)
    assert PASSWORD not in str(refused.value)


def site(upstream: str) -> NginxSettings:
    named = Site(
        name="shop",
        domains=["shop.rig.test"],
        certificate=SelfSigned(),
        routes=[Proxy(path="/", upstream="shop")],
    )
    return NginxSettings(sites=[named], upstreams=[Upstream(name="shop", app=upstream)])


def test_the_web_server_sends_requests_to_haproxy_alone() -> None:
    text = files(host(nginx=site("shop")), "nginx")["/etc/nginx/upstreams/shop.conf"]
    assert [line.strip() for line in text.splitlines() if "server " in line] == [
        "server 127.0.0.1:17000 weight=1 max_fails=0 fail_timeout=10s;"
    ]


@pytest.mark.parametrize(
    ("upstream", "message"),
    [("other", "names the application other"), ("shop/live", "write one of shop/web")],
)
def test_an_upstream_of_no_application_is_refused(upstream: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        host(nginx=site(upstream))


def test_of_two_processes_an_upstream_names_one() -> None:
    two = shop(web(), web(name="live", listen=17_001, slots_from=17_200))
    with pytest.raises(ValidationError, match="write one of shop/web, shop/live"):
        host(two, nginx=site("shop"))
    text = files(host(two, nginx=site("shop/live")), "nginx")["/etc/nginx/upstreams/shop.conf"]
    assert "127.0.0.1:17001" in text


@pytest.mark.parametrize(
    "more",
    [{}, {"app": "shop", "servers": [Server(port=1)]}, {"app": "shop", "balance": "ip_hash"}],
)
def test_an_upstream_has_servers_or_an_application(more: Any) -> None:
    with pytest.raises(ValidationError, match=r"servers or app|of servers"):
        Upstream(name="shop", **more)


def test_a_variable_that_changes_is_a_change_of_files_alone() -> None:
    """So apply neither restarts nor reloads anything for it: the next release brings it."""
    before, after = (files(host(shop(variables={"A": value}))) for value in "12")
    assert [path for path in before if before[path] != after[path]] == ["/etc/rigwright/apps/shop.json"]
    one = host().of("apps")
    assert one
    assert [(act.unit, act.reload_on, act.restart_on) for act in one.activations] == [
        ("haproxy.service", ("/etc/haproxy/haproxy.cfg",), ())
    ]
