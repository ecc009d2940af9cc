"""Who uses a Redis before it is taken over, and what the settings would cost them."""

from __future__ import annotations

from typing import Any

import pytest

from deploys.redis.settings import RedisSettings, RedisUser
from deploys.redis.state import desired
from rigwright.desired import Desired
from rigwright.desired.usage import Peer, Sockets, Use
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform

FRESH: dict[str, Any] = {
    "engine": "redis",
    "runs": True,
    "live": True,
    "port": "6379",
    "bind": "127.0.0.1 -::1",
    "dir": "/var/lib/redis",
    "dbfilename": "dump.rdb",
    "appendonly": "no",
    "appendfilename": "appendonly.aof",
    "appenddirname": "appendonlydir",
    "databases": "16",
    "save": "3600 1",
    "keys": {},
    "used_memory": 2**20,
    "replica": False,
    "replicas": 0,
    "clients": {},
    "users": ["default"],
    "nopass": ["default"],
    "files": {"dump": False, "log": False},
}
SHOP = {"keys": {"0": 5}, "files": {"dump": True, "log": False}}
DEFAULT = RedisUser(name="default", password=Secret("redis_default", "shop-Gk7vQ2xLw9-long"))


def built(**settings: Any) -> Desired:
    password = Secret("redis_administrator", "admin-Rt5mZ8pKc3-long")
    return desired(RedisSettings(administrator_password=password, **settings), Platform("debian13"))


def judged(found: dict[str, Any], sockets: Sockets | None = None, **settings: Any) -> dict[str, Use]:
    (usage,) = built(**settings).usages
    return {use.where: use for use in usage.judge({"servers": [{**FRESH, **found}]}, sockets or Sockets())}


def test_the_empty_server_of_the_package_is_not_in_use() -> None:
    assert judged({}) == {}
    assert judged({}, port=6380, engine="valkey") == {}
    (usage,) = built().usages
    assert [*usage.judge({"servers": []}, Sockets())] == []


@pytest.mark.parametrize(
    "found",
    [{"keys": {"3": 1}}, {"clients": {"default 10.0.0.9": 2}}, {"files": {"dump": True, "log": False}}],
)
def test_keys_clients_and_files_are_use(found: dict[str, Any]) -> None:
    assert "restart" in judged(found)


@pytest.mark.parametrize(
    ("found", "where", "words", "settings"),
    [
        ({"dir": "/srv/redis"}, "dir", 'redis.directory="/srv/redis"', {"directory": "/srv/redis"}),
        ({"dbfilename": "shop.rdb"}, "dbfilename", 'redis.dump_file="shop.rdb"', {"dump_file": "shop.rdb"}),
        ({"keys": {"20": 1}}, "databases", "redis.databases=21", {"databases": 21}),
        ({"appendonly": "yes"}, "appendonly", "append_only=True", {}),
        ({"used_memory": 2**30}, "memory", "set redis.memory", {"memory": 2**31}),
    ],
)
def test_data_that_would_be_out_of_sight_is_hidden_until_it_is_set(
    found: dict[str, Any], where: str, words: str, settings: dict[str, Any]
) -> None:
    use = judged({**SHOP, **found}, append_only=where != "appendonly", eviction="allkeys-lru")[where]
    assert (use.effect, words in use.summary) == ("hidden", True)
    assert where not in judged({**SHOP, **found}, eviction="allkeys-lru", **settings)


def test_an_append_only_file_of_another_name_is_hidden_until_it_is_set() -> None:
    log = {**SHOP, "appendonly": "yes", "appendfilename": "shop.aof", "files": {"dump": True, "log": True}}
    assert judged(log)["appendfilename"].effect == "hidden"
    assert "appendfilename" not in judged(log, append_file="shop.aof")
    assert judged({**log, "appenddirname": "logs"})["appenddirname"].effect == "hidden"


def test_too_little_memory_is_named() -> None:
    assert judged({**SHOP, "used_memory": 2**30})["memory"].effect == "cut"


def test_clients_are_named_by_user_and_address() -> None:
    found = {**SHOP, "clients": {"default 10.0.0.9": 2}, "bind": "*", "port": "6380"}
    uses = judged(found, Sockets(peers=(Peer("10.0.0.5", 6380, "10.0.0.9"),)))
    assert "2 clients from 10.0.0.9 log in as default, and are refused" in "".join(
        u.summary for u in uses.values()
    )
    assert "listens on every address (clients: 10.0.0.9)" in uses["bind"].summary
    assert "port 6380 becomes 6379" in uses["port"].summary
    named = judged(found, users=[DEFAULT])
    assert "without a password" in named["clients of default from 10.0.0.9"].summary
    with_password = judged({**found, "nopass": []}, users=[DEFAULT])
    assert "clients of default from 10.0.0.9" not in with_password
    assert "user default gets the password" in with_password["user default"].summary


def test_other_engines_and_replicas_are_named() -> None:
    assert judged(SHOP, engine="valkey")["redis"].effect == "hidden"
    assert judged(SHOP, engine="valkey", port=6380)["redis"].effect == "kept"
    assert judged({**SHOP, "replica": True})["replica"].effect == "hidden"
    assert judged({**SHOP, "replicas": 2})["replicas"].effect == "cut"
    assert judged({**SHOP, "save": ""})["persistence"].effect == "kept"


def test_a_server_that_lets_no_one_in_is_in_use_and_unknown() -> None:
    gone = {
        name: value for name, value in FRESH.items() if name not in ("keys", "clients", "users", "nopass")
    }
    (usage,) = built().usages
    locked = {**gone, "live": False, "error": "NOAUTH"}
    uses = {use.where: use for use in usage.judge({"servers": [locked]}, Sockets())}
    assert "unknown (NOAUTH)" in uses["clients"].summary


def test_the_folder_is_writable_to_the_server_and_the_default_is_the_packages() -> None:
    (unit,) = (file for file in built(directory="/srv/redis").files if file.path.endswith("rigwright.conf"))
    assert b"ReadWritePaths=-/srv/redis " in unit.content
    (unit,) = (file for file in built().files if file.path.endswith(".d/rigwright.conf"))
    assert b"ReadWritePaths=-/var/lib/redis " in unit.content
