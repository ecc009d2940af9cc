"""What Redis's settings refuse, and what they come to mean."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from pydantic import ValidationError

from deploys.redis.settings import RedisSettings, RedisUser, Snapshot
from deploys.redis.state import desired
from rigwright.desired import Desired, Socket
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform

ADMINISTRATOR = Secret("redis_administrator", "Zq8vN3rT5yUw2xKp")
APP = Secret("redis_app", "Lk4jH7gF9dSa1mNb")
APP_HASH = hashlib.sha256(b"Lk4jH7gF9dSa1mNb").hexdigest()
MEASURED: dict[str, Any] = {"exporter_port": 9121, "exporter_password": APP}


def settings(**more: object) -> RedisSettings:
    """With an administrator's password and some settings."""
    return RedisSettings(**{"administrator_password": ADMINISTRATOR, **more})  # type: ignore[arg-type]


def rendered(system: str = "debian13", **more: object) -> Desired:
    """What the host should be."""
    return desired(settings(**more), Platform(system))  # type: ignore[arg-type]


def content(one: Desired, path: str) -> str:
    """One rendered file."""
    return next(file.content.decode() for file in one.files if file.path == path)


def acl(system: str = "debian13", **more: object) -> list[str]:
    """The lines of the users' file."""
    return content(rendered(system, **more), "/etc/redis/users.acl").splitlines()


def test_without_an_administrators_password_there_is_no_redis() -> None:
    with pytest.raises(ValidationError, match="administrator_password"):
        RedisSettings()  # type: ignore[call-arg]


def test_the_default_user_is_off_unless_it_is_given_a_password() -> None:
    assert acl()[0] == "user default off"
    named = acl(users=[RedisUser(name="default", password=APP)])
    assert [line for line in named if line.startswith("user default ")] == [
        f"user default reset on #{APP_HASH} ~* +@all -@admin -@dangerous +info +client|setname"
    ]


def test_no_password_stands_in_any_file_that_the_server_reads() -> None:
    for file in rendered(users=[RedisUser(name="app", password=APP)]).files:
        if b"Lk4jH7gF9dSa1mNb" in file.content or b"Zq8vN3rT5yUw2xKp" in file.content:
            assert (file.path, file.mode, file.owner) == ("/etc/redis/administrator.json", 0o600, "root")


def test_no_password_and_no_hash_is_in_any_command() -> None:
    one = rendered(users=[RedisUser(name="app", password=APP)])
    commands = [check.command for check in one.checks] + [probe.command for probe in one.probes]
    commands += [text for one in one.runtime_states for text in (one.command, one.remediation)]
    for command in commands:
        assert not any(word in command for word in (APP.reveal(), ADMINISTRATOR.reveal(), APP_HASH))


def test_the_files_with_passwords_and_hashes_are_secret() -> None:
    secret = {file.path for file in rendered().files if file.secret}
    assert secret == {"/etc/redis/users.acl", "/etc/redis/administrator.json"}


def test_a_user_has_its_keys_channels_and_commands_and_no_more() -> None:
    user = RedisUser(name="app", password=APP, keys=["a:*", "b"], channels=["news"], commands=["+@read"])
    assert acl(users=[user])[-1] == f"user app reset on #{APP_HASH} ~a:* ~b &news +@read"


def test_redis_6_has_no_rules_for_channels() -> None:
    user = RedisUser(name="app", password=APP, channels=["news"], commands=["+@read"])
    assert acl("ubuntu2204", users=[user])[-1] == f"user app reset on #{APP_HASH} ~* +@read"


@pytest.mark.parametrize("word", ["+@all allkeys", "nopass", "+get\nuser evil on nopass", ">secret", "+@ALL"])
def test_a_rule_is_one_rule_about_a_command(word: str) -> None:
    with pytest.raises(ValidationError, match="commands"):
        RedisUser(name="app", password=APP, commands=[word])


@pytest.mark.parametrize("word", ["a b", "", "a\nuser evil on", "é"])
def test_a_pattern_is_one_word(word: str) -> None:
    with pytest.raises(ValidationError, match="keys"):
        RedisUser(name="app", password=APP, keys=[word])


def test_a_weak_password_is_refused_and_not_shown() -> None:
    with pytest.raises(ValidationError, match="too short") as refused:
        RedisUser(name="app", password=Secret("redis_app", "tiny-Pass7"))
    assert "tiny-Pass7" not in str(refused.value)


def test_two_users_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two are named app"):
        settings(users=[RedisUser(name="app", password=APP), RedisUser(name="app", password=APP)])


def test_the_administrators_name_is_taken() -> None:
    with pytest.raises(ValidationError, match="rigwright is the administrator"):
        settings(users=[RedisUser(name="rigwright", password=APP)])


@pytest.mark.parametrize(
    ("addresses", "message"),
    [
        (["0.0.0.0"], "not all of them"),
        (["127.0.0.1", "::"], "not all of them"),
        (["127.0.0.1", "8.8.8.8"], "public address"),
        ([], "at least 1"),
        (["127.0.0.1", "127.0.0.1"], "twice"),
        (["localhost"], "IPv4 or IPv6"),
    ],
)
def test_it_listens_on_loopback_and_private_addresses_only(addresses: list[str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        settings(listen_addresses=addresses)


def test_every_address_is_a_socket_and_in_the_file() -> None:
    one = rendered(listen_addresses=["172.17.0.1", "127.0.0.1"], port=6380)
    assert one.sockets == (Socket("172.17.0.1", 6380), Socket("127.0.0.1", 6380))
    assert "\nbind 172.17.0.1 127.0.0.1\n" in content(one, "/etc/redis/redis.conf")


def test_it_starts_after_the_network_of_the_containers_and_tries_again() -> None:
    drop_in = content(rendered(), "/etc/systemd/system/redis-server.service.d/rigwright.conf").splitlines()
    assert "After=network-online.target docker.service" in drop_in
    assert {"Restart=always", "StartLimitIntervalSec=0"} <= set(drop_in)


@pytest.mark.parametrize("system", ["debian12", "ubuntu2204"])
def test_valkey_is_refused_where_it_is_not_packaged(system: str) -> None:
    with pytest.raises(RigError, match="does not package valkey") as refused:
        rendered(system, engine="valkey")
    assert refused.value.setting == "redis.engine"


@pytest.mark.parametrize(("system", "version"), [("debian13", "8.1"), ("ubuntu2404", "7.2")])
def test_valkey_has_its_own_names_throughout(system: str, version: str) -> None:
    one = rendered(system, engine="valkey")
    assert one.versions == (("valkey-server", version),)
    texts = [file.path for file in one.files] + [unit.name for unit in one.units]
    texts += [one.remediation for one in one.runtime_states] + [one.checks[0].command]
    assert not any("redis-server" in text or "/etc/redis" in text for text in texts)


def test_while_it_saves_it_may_take_twice_its_memory() -> None:
    mebibyte = 1024 * 1024
    assert rendered(memory="100MiB").memory_bytes == 200 * mebibyte
    assert rendered(memory="100MiB", append_only=False, snapshots=[]).memory_bytes == 100 * mebibyte


def test_snapshots_are_a_line_each_and_none_is_a_line_too() -> None:
    live = "/etc/redis/live.conf"
    two = content(rendered(snapshots=[Snapshot(seconds=9, changes=1), Snapshot(seconds=5, changes=7)]), live)
    assert "save 9 1\nsave 5 7\n" in two
    assert 'save ""\n' in content(rendered(snapshots=[]), live)


def test_what_the_running_server_takes_costs_no_restart() -> None:
    (activation,) = rendered().activations
    before, after = (
        rendered(),
        rendered(memory="1GiB", eviction="allkeys-lru", max_clients=500, append_only=True),
    )
    changed = {a.path for a, b in zip(before.files, after.files, strict=True) if a.content != b.content}
    assert changed == {"/etc/redis/live.conf"}
    assert not any(path.startswith(activation.restart_on) for path in changed)
    assert all(path.startswith(activation.reload_on) for path in changed)


def test_more_clients_get_more_open_files() -> None:
    drop_in = "/etc/systemd/system/redis-server.service.d/rigwright.conf"
    assert "LimitNOFILE=65535\n" in content(rendered(), drop_in)
    assert "LimitNOFILE=101056\n" in content(rendered(max_clients=100_000), drop_in)


def test_unmanaged_users_are_reported_and_the_default_user_is_always_compared() -> None:
    one = next(one for one in rendered().runtime_states if one.name == "redis users")
    assert one.exact
    assert dict(one.expected) == {"default": "ok", "rigwright": "ok"}


def test_the_exporters_user_has_no_key_no_channel_and_no_command_that_shows_data() -> None:
    (line,) = (one for one in acl(**MEASURED) if one.startswith("user exporter "))
    rights = line.removeprefix(f"user exporter reset on #{APP_HASH} ").split()
    assert rights == ["+info", "+client|setname", "+slowlog|len", "+latency|latest", "+latency|histogram"]
    one = next(one for one in rendered(**MEASURED).runtime_states if one.name == "redis users")
    assert ("exporter", "ok") in one.expected


def test_the_exporters_password_is_for_root_and_in_no_argument() -> None:
    one = rendered(**MEASURED)
    clear = {file.path: file.mode for file in one.files if b"Lk4jH7gF9dSa1mNb" in file.content}
    assert clear == {"/etc/default/prometheus-redis-exporter": 0o600}
    arguments = content(one, "/etc/default/prometheus-redis-exporter").splitlines()[0]
    assert arguments == (
        'ARGS="--web.listen-address=127.0.0.1:9121 --redis.addr=redis://127.0.0.1:6379 --config-command=-"'
    )


@pytest.mark.parametrize(
    ("addresses", "address"),
    [
        (["172.17.0.1", "127.0.0.1"], "redis://127.0.0.1:6379"),
        (["::1"], "redis://[::1]:6379"),
        (["172.17.0.1"], "redis://172.17.0.1:6379"),
    ],
)
def test_the_exporter_connects_on_loopback_where_the_server_listens_there(
    addresses: list[str], address: str
) -> None:
    one = rendered(listen_addresses=addresses, **MEASURED)
    assert f"--redis.addr={address} " in content(one, "/etc/default/prometheus-redis-exporter")


@pytest.mark.parametrize("half", [{"exporter_port": 9121}, {"exporter_password": APP}])
def test_an_exporter_and_its_password_need_each_other(half: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="exporter_password: belongs to exporter_port"):
        settings(**half)


def test_the_exporters_name_is_taken_where_there_is_one() -> None:
    users = [RedisUser(name="exporter", password=APP)]
    assert settings(users=users).users
    with pytest.raises(ValidationError, match="exporter is who the exporter logs in as"):
        settings(users=users, **MEASURED)


def test_without_an_exporter_there_is_no_target_rule_user_or_port_of_it() -> None:
    one = rendered()
    assert (one.scrape_targets, one.alerts, one.packages) == ((), (), ("redis-server",))
    assert one.sockets == (Socket("127.0.0.1", 6379),)
    assert not [line for line in acl() if "exporter" in line]
