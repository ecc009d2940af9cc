"""Redis of any host, queried by redis-cli or valkey-cli, and from another host."""

from __future__ import annotations

import fnmatch
import hashlib
import re
import shlex
import socket
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from deploys.redis.settings import RedisSettings
from rigwright.inventory.load import Host
from rigwright.secrets.value import Secret


@pytest.fixture(scope="module")
def redis(described: Host) -> RedisSettings:
    settings = getattr(described.rig, "redis", None)
    if settings is None:
        pytest.skip("the inventory has no Redis for this host")
    found: RedisSettings = settings
    return found


class Client:
    """The engine's own command-line client on the host; passwords go in by the environment, from a file."""

    def __init__(self, host: Any, redis: RedisSettings) -> None:
        self.host = host
        self.place = f"{redis.engine}-cli -h {redis.listen_addresses[0]} -p {redis.port} --no-auth-warning"
        self.file = f"/etc/{redis.engine}/administrator.json"

    def anonymous(self, *words: str) -> str:
        """What a client without a password gets."""
        return str(self.host.run(f"{self.place} {shlex.join(words)}").stdout).strip()

    def administrator(self, *words: str) -> str:
        """What the administrator gets."""
        password = f'$(python3 -c \'import json; print(json.load(open("{self.file}"))["password"])\')'
        output = self.host.run(f"REDISCLI_AUTH={password} {self.place} --user rigwright {shlex.join(words)}")
        assert output.rc == 0, output.stderr
        return str(output.stdout).strip()

    def setting(self, name: str) -> str:
        """One value of CONFIG GET."""
        lines = self.administrator("CONFIG", "GET", name).splitlines()
        return lines[1] if len(lines) > 1 else ""


@pytest.fixture
def client(host: Any, redis: RedisSettings) -> Client:
    return Client(host, redis)


def test_it_runs_and_comes_back_after_a_boot(host: Any, redis: RedisSettings) -> None:
    unit = host.service(f"{redis.engine}-server")
    assert unit.is_running
    assert unit.is_enabled


def test_it_listens_where_the_inventory_says_and_nowhere_else(host: Any, redis: RedisSettings) -> None:
    lines = [
        line.split() for line in host.check_output("ss -H -lntp").splitlines() if f'"{redis.engine}-' in line
    ]
    found = {(words[3].rpartition(":")[0].strip("[]"), int(words[3].rpartition(":")[2])) for words in lines}
    assert found == {(address, redis.port) for address in redis.listen_addresses}


def test_another_host_does_not_reach_it(address: str, redis: RedisSettings) -> None:
    if address in redis.listen_addresses:
        pytest.skip("the inventory opens it to this network")
    with pytest.raises(OSError, match=r"refused|timed out"):
        socket.create_connection((address, redis.port), timeout=1.5).close()


def test_a_client_without_a_password_is_refused(client: Client) -> None:
    for words in (["PING"], ["GET", "x"], ["CONFIG", "GET", "maxmemory"], ["ACL", "LIST"]):
        assert client.anonymous(*words).startswith("NOAUTH"), words


def test_its_memory_has_a_limit_and_a_policy(client: Client, redis: RedisSettings) -> None:
    assert int(client.setting("maxmemory")) == redis.memory > 0
    assert client.setting("maxmemory-policy") == redis.eviction
    assert client.setting("maxclients") == str(redis.max_clients)


def test_it_saves_as_the_inventory_says(host: Any, client: Client, redis: RedisSettings) -> None:
    output = client.administrator("INFO", "persistence")
    assert f"aof_enabled:{int(redis.append_only)}" in output
    if redis.append_only:
        assert "aof_last_write_status:ok" in output
        assert host.run(f"find /var/lib/{redis.engine} -name 'appendonly.aof*' -type f").stdout
    points = " ".join(f"{point.seconds} {point.changes}" for point in redis.snapshots)
    assert client.setting("save") == points


def test_idle_clients_and_slow_commands_are_dealt_with_as_the_inventory_says(
    client: Client, redis: RedisSettings
) -> None:
    expected = {
        "timeout": redis.idle_timeout_seconds,
        "tcp-keepalive": redis.keepalive_seconds,
        "slowlog-log-slower-than": redis.slow_log_microseconds,
        "slowlog-max-len": redis.slow_log_entries,
        "databases": redis.databases,
        "appendfsync": redis.append_fsync,
    }
    assert {name: client.setting(name) for name in expected} == {
        name: str(value) for name, value in expected.items()
    }


PROBES = (
    ("get", "KEY"),
    ("set", "KEY", "x"),
    ("publish", "CHANNEL", "x"),
    ("keys", "*"),
    ("flushall",),
    ("config|get", "port"),
    ("acl|list",),
    ("info",),
    ("shutdown",),
)
"""Commands of every kind that rules give or take; none of them is carried out."""
STRANGE = "rigwright-strange"
"""No pattern but one for everything fits it."""


def test_a_user_may_do_what_the_inventory_says_and_no_more(client: Client, redis: RedisSettings) -> None:
    """The server judges each command of each user, and runs none of them."""
    if not redis.users:
        pytest.skip("the inventory has no user but the administrator")
    if "OK" not in client.administrator("ACL", "DRYRUN", "rigwright", "PING"):
        pytest.skip("this engine judges no command without running it")
    categories: dict[str, set[str]] = {}
    for user in redis.users:
        for rule in (one[2:] for one in user.commands if one[1] == "@" and one[2:] not in categories):
            categories[rule] = (
                set(client.administrator("ACL", "CAT", rule).split()) if rule != "all" else set()
            )
        for name, *arguments in PROBES:
            allowed = permitted(user.commands, name, categories)
            for key, fits in samples(user.channels if name == "publish" else user.keys):
                words = [key if one in ("KEY", "CHANNEL") else one for one in arguments]
                output = client.administrator("ACL", "DRYRUN", user.name, *name.split("|"), *words)
                bound = "KEY" in arguments or "CHANNEL" in arguments
                assert (output == "OK") == (allowed and (fits or not bound)), (user.name, name, key, output)


def permitted(rules: Sequence[str], name: str, categories: Mapping[str, set[str]]) -> bool:
    """Whether the last rule that fits a command lets it through."""
    result = False
    for sign, body in ((one[0], one[1:]) for one in rules):
        kind = body[1:] if body.startswith("@") else None
        fits = (
            kind == "all"
            or name in categories.get(kind or "", set())
            or body in (name, name.split("|", maxsplit=1)[0])
        )
        result = sign == "+" if fits else result
    return result


def samples(patterns: Sequence[str]) -> list[tuple[str, bool]]:
    """A name that fits each pattern, and one that fits none unless everything does."""
    plain = [one for one in patterns if not set(one) & set("[]\\")]
    made = [(one.replace("*", "x").replace("?", "x"), True) for one in plain]
    return [*made, (STRANGE, any(fnmatch.fnmatchcase(STRANGE, one) for one in patterns))]


def test_users_are_those_of_the_inventory_with_their_passwords(client: Client, redis: RedisSettings) -> None:
    passwords: dict[str, Secret] = {user.name: user.password for user in redis.users}
    passwords["rigwright"] = redis.administrator_password
    if redis.exporter_password:
        passwords["exporter"] = redis.exporter_password
    lines = {line.split()[1]: line.split()[2:] for line in client.administrator("ACL", "LIST").splitlines()}
    assert set(lines) == {"default", *passwords}
    assert not [name for name, words in lines.items() if "nopass" in words]
    for name, password in passwords.items():
        digest = hashlib.sha256(password.reveal().encode()).hexdigest()
        assert "on" in lines[name]
        assert [word for word in lines[name] if word.startswith("#")] == [f"#{digest}"], name
    if "default" not in passwords:
        assert "off" in lines["default"]


def test_only_root_and_the_server_read_its_passwords(host: Any, redis: RedisSettings) -> None:
    output = host.check_output(
        f"stat -c '%a %U %G %n' /etc/{redis.engine}/users.acl /etc/{redis.engine}/administrator.json"
    )
    assert output.splitlines() == [
        f"640 root {redis.engine} /etc/{redis.engine}/users.acl",
        f"600 root root /etc/{redis.engine}/administrator.json",
    ]


def test_it_cannot_rewrite_its_configuration(host: Any, client: Client, redis: RedisSettings) -> None:
    """CONFIG REWRITE and ACL SAVE would put settings that were made by hand into the files."""
    files = f"cat /etc/{redis.engine}/*.conf /etc/{redis.engine}/users.acl | sha256sum"
    before = host.check_output(files)
    assert "ERR" in client.administrator("CONFIG", "REWRITE")
    assert "ERR" in client.administrator("ACL", "SAVE")
    assert host.check_output(files) == before


def test_its_unit_may_do_little(host: Any, redis: RedisSettings) -> None:
    """The score of systemd-analyze goes from 0, safe, to 10."""
    output = host.run(f"systemd-analyze security --no-pager {redis.engine}-server.service").stdout
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", output)
    assert score, output
    assert float(score[1]) < 4


def test_a_fork_is_not_refused_for_lack_of_memory(host: Any, redis: RedisSettings) -> None:
    assert redis.memory
    if host.run("systemd-detect-virt -cq").rc == 0:
        pytest.skip("a container's kernel is another host's to set")
    assert host.sysctl("vm.overcommit_memory") == 1


def test_its_exporter_reaches_it_and_exposes_this_server(host: Any, redis: RedisSettings) -> None:
    if redis.exporter_port is None:
        pytest.skip("the inventory has no exporter")
    output = host.check_output(f"curl -fsS http://127.0.0.1:{redis.exporter_port}/metrics").splitlines()
    assert "redis_up 1" in output
    (limit,) = (line.split()[1] for line in output if line.startswith("redis_memory_max_bytes "))
    assert float(limit) == redis.memory
    assert host.service("prometheus-redis-exporter").is_enabled
    ends = [line.split()[3] for line in host.check_output("ss -H -lnt").splitlines()]
    assert [end for end in ends if end.endswith(f":{redis.exporter_port}")] == [
        f"127.0.0.1:{redis.exporter_port}"
    ]


def test_the_exporter_can_neither_read_nor_change_data(
    host: Any, client: Client, redis: RedisSettings
) -> None:
    """Queried as the exporter, with the password that it has on the host, and nothing that would do harm."""
    if redis.exporter_port is None:
        pytest.skip("the inventory has no exporter")
    source = ". /etc/default/prometheus-redis-exporter; export REDISCLI_AUTH=$REDIS_PASSWORD"

    def exporter(words: str) -> str:
        return str(host.run(f"{source}; {client.place} --user exporter {words}").stdout).strip()

    assert "redis_version:" in exporter("INFO server")
    for words in ("GET x", "KEYS x", "SCAN 0", "CONFIG GET port", "SLOWLOG GET 1", "CLIENT LIST", "ACL LIST"):
        assert exporter(words).startswith("NOPERM"), words
    (line,) = (one for one in client.administrator("ACL", "LIST").splitlines() if " exporter " in one)
    assert not [word for word in line.split() if word.startswith(("~", "%", "all", "+@"))], line
    output = host.check_output("stat -c '%a %U' /etc/default/prometheus-redis-exporter")
    assert output == "600 root"
