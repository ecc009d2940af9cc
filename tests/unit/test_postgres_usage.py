"""Who uses a PostgreSQL server before it is taken over, and what the settings would cost them."""

from __future__ import annotations

from typing import Any

import pytest

from deploys.postgres.settings import Cluster, Database, PostgresSettings, Role
from deploys.postgres.state import desired
from deploys.postgres.usage_access import network_of
from rigwright.desired import Desired
from rigwright.desired.usage import Sockets, Use
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform

HBA: list[dict[str, Any]] = [
    {"line": 1, "type": "local", "databases": ["all"], "roles": ["postgres"], "method": "peer"},
    {"line": 2, "type": "local", "databases": ["all"], "roles": ["all"], "method": "peer"},
    {
        "line": 3,
        "type": "host",
        "databases": ["all"],
        "roles": ["all"],
        "method": "scram-sha-256",
        "address": "127.0.0.1",
        "netmask": "255.255.255.255",
    },
]
SESSION: dict[str, Any] = {
    "role": "shop",
    "database": "shop",
    "address": "10.1.2.3",
    "tls": True,
    "standby": False,
    "count": 2,
}
EMPTY: dict[str, Any] = {
    "version": "17",
    "name": "main",
    "data": "/var/lib/postgresql/17/main",
    "runs": True,
    "files": 0,
    "port": 5432,
    "listen": "localhost",
    "checksums": "off",
    "encoding": "SQL_ASCII",
    "max_connections": 100,
    "preloaded": "",
    "standby": False,
    "tables": 0,
    "databases": [],
    "roles": [],
    "sessions": [
        {
            "role": "postgres",
            "database": "postgres",
            "address": None,
            "tls": False,
            "standby": False,
            "count": 1,
        }
    ],
    "rules": [{"address": None, "netmask": None, **rule} for rule in HBA],
}
SHOP: dict[str, Any] = {"databases": [{"name": "shop", "owner": "shop", "bytes": 8 * 2**20}]}
ROLE = Role(name="shop", password=Secret("shop", "long enough for us"), networks=["10.0.0.0/8"])
FITTING = PostgresSettings(
    listen_addresses=["0.0.0.0"],
    roles=[ROLE],
    databases=[Database(name="shop", owner="shop")],
    cluster=Cluster(checksums=False, encoding="SQL_ASCII"),
)


def built(settings: PostgresSettings) -> Desired:
    return desired(settings, Platform("debian13"))


def judged(settings: PostgresSettings | None = None, **cluster: Any) -> list[Use]:
    (usage,) = built(settings or PostgresSettings()).usages
    return [*usage.judge({"clusters": [{**EMPTY, **cluster}]}, Sockets())]


def effects(uses: list[Use]) -> dict[str, str]:
    return {use.where: use.effect for use in uses}


def session(**more: Any) -> dict[str, Any]:
    one = {
        "role": "shop",
        "database": "shop",
        "address": "10.1.2.3",
        "tls": True,
        "standby": False,
        "count": 2,
    }
    return {"sessions": [{**one, **more}]}


def test_the_empty_cluster_of_the_package_is_not_in_use() -> None:
    assert judged() == []
    assert judged(PostgresSettings(port=5433), listen="*") == []
    assert judged(data="/srv/pg", port=5433) == []
    assert [*built(PostgresSettings()).usages[0].judge({"clusters": []}, Sockets())] == []


@pytest.mark.parametrize(
    "cluster",
    [
        SHOP,
        {"roles": [{"name": "shop", "login": True, "super": False}]},
        {"tables": 1},
        session(),
        session(role="postgres"),
    ],
)
def test_databases_roles_tables_and_clients_are_use(cluster: dict[str, Any]) -> None:
    assert judged(**cluster)


def test_what_no_setting_names_stays_and_is_cut_off() -> None:
    uses = judged(**SHOP, roles=[{"name": "app", "login": True, "super": False}])
    assert effects(uses) == {
        "sessions": "cut",
        "data_checksums": "kept",
        "server_encoding": "kept",
        "database shop": "cut",
        "role app": "cut",
    }
    assert "database shop (8 MiB, of shop) stays, and no client may connect to it" in "\n".join(
        use.summary for use in uses
    )


def test_port_addresses_and_lines_of_the_access_file_are_named() -> None:
    line = {"line": 9, "type": "host", "databases": ["shop"], "roles": ["shop"], "method": "md5"}
    rules = [*EMPTY["rules"], {**line, "address": "10.0.0.0", "netmask": "255.0.0.0"}]
    uses = judged(**SHOP, port=5433, listen="*", rules=rules)
    text = "\n".join(use.summary for use in uses)
    assert "port 5433 becomes 5432" in text
    assert "listens on *, and then on 127.0.0.1 alone" in text
    assert "line 9 of pg_hba.conf lets shop from 10.0.0.0/8 into shop" in text
    assert "pg_hba.conf line 9" not in effects(judged(FITTING, **SHOP, rules=rules))


@pytest.mark.parametrize(
    ("client", "reason"),
    [
        (session(), ""),
        (session(tls=False), "without TLS"),
        (session(address="192.168.1.1"), "add 192.168.1.1 to networks of shop"),
        (session(database="other"), "name shop at other"),
        (session(role="app"), "declare app in postgres.roles"),
        (session(address=None), "without a password (peer)"),
        (session(address="127.0.0.1"), ""),
        (session(role="postgres"), "postgres may log in on the host itself only"),
        (session(role="postgres", address=None), ""),
        (session(standby=True, database=None), "no setting describes a standby"),
    ],
)
def test_a_client_that_the_new_access_file_refuses_is_named(client: dict[str, Any], reason: str) -> None:
    uses = judged(FITTING, **SHOP, **client)
    refused = [use for use in uses if "refused from then on" in use.summary]
    assert [reason in use.summary for use in refused] == ([True] if reason else [])


def test_data_elsewhere_is_hidden_until_a_setting_names_it() -> None:
    uses = judged(**SHOP, data="/srv/pg/main")
    assert effects(uses)["cluster 17/main data"] == "hidden"
    assert 'set data_directory="/srv/pg/main"' in uses[0].summary
    named = PostgresSettings(cluster=Cluster(data_directory="/srv/pg/main"))
    assert "hidden" not in effects(judged(named, **SHOP, data="/srv/pg/main")).values()


@pytest.mark.parametrize(("port", "effect"), [(5432, "hidden"), (5433, "kept")])
def test_another_cluster_keeps_its_port(port: int, effect: str) -> None:
    (use,) = judged(**SHOP, name="shop", port=port)
    assert (use.where, use.effect) == ("cluster 17/shop", effect)
    assert "hidden" not in effects(judged(PostgresSettings(cluster=Cluster(name="main")), **SHOP)).values()


@pytest.mark.parametrize(
    "cluster",
    [{"standby": True}, {"error": "no entry for the host", **SHOP}, {"preloaded": "timescaledb", **SHOP}],
)
def test_what_no_setting_can_describe_is_never_adopted(cluster: dict[str, Any]) -> None:
    assert "hidden" in effects(judged(**cluster)).values()


def test_a_library_that_is_named_is_loaded() -> None:
    named = PostgresSettings(preload_libraries=["timescaledb"])
    assert (
        "hidden" not in effects(judged(named, **SHOP, preloaded="timescaledb, pg_stat_statements")).values()
    )
    text = b"".join(file.content for file in built(named).files)
    assert b"shared_preload_libraries = 'pg_stat_statements, timescaledb'" in text


def test_a_stopped_cluster_with_databases_is_named() -> None:
    stopped = {name: EMPTY[name] for name in ("version", "name", "data", "port")}
    (usage,) = built(PostgresSettings()).usages
    (use,) = usage.judge({"clusters": [{**stopped, "runs": False, "files": 2}]}, Sockets())
    assert "is stopped and holds 2 databases" in use.summary
    assert [*usage.judge({"clusters": [{**stopped, "runs": False, "files": 0}]}, Sockets())] == []


def test_described_as_it_is_only_the_restart_is_left() -> None:
    uses = judged(FITTING, **SHOP, **session(), roles=[{"name": "shop", "login": True, "super": False}])
    assert effects(uses) == {"sessions": "cut", "role shop": "cut"}


def test_a_cluster_as_it_was_made_can_be_in_sync() -> None:
    (state,) = (one for one in built(FITTING).runtime_states if one.name == "cluster")
    expected = dict(state.expected)
    assert (expected["data_checksums"], expected["server_encoding"]) == ("off", "SQL_ASCII")
    named = PostgresSettings(cluster=Cluster(name="shop", data_directory="/srv/pg"))
    one = built(named)
    assert "postgresql@17-shop.service" in {unit.name for unit in one.units}
    assert any(file.path.startswith("/etc/postgresql/17/shop/conf.d/") for file in one.files)
    (state,) = (one for one in one.runtime_states if one.name == "cluster")
    assert dict(state.expected)["data_directory"] == "/srv/pg"
    assert next(step.name for step in one.steps) == "cluster 17/shop in /srv/pg"


def test_lines_with_names_or_without_a_mask_are_every_address() -> None:
    assert network_of({"address": "samenet", "netmask": None}) is None
    assert network_of({"address": "all", "netmask": None}) is None
    assert str(network_of({"address": "fd00::", "netmask": "ffff::"})) == "fd00::/16"
