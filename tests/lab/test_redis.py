"""Redis on real hosts while it changes: what is kept, who can log in, what is refused or costs a restart."""

from __future__ import annotations

import dataclasses
import shlex
import socket
from collections.abc import Iterator
from typing import cast

import pytest

from deploys.redis.runtime_state import QUERY
from deploys.redis.settings import RedisSettings, RedisUser
from deploys.redis.state import desired
from rigwright import lab
from rigwright.desired import Desired
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os, Platform
from tests.support.pages import run_on_a_host_by
from tests.support.target import Target
from tests.support.waiting import wait_until

ADMINISTRATOR = Secret("redis_administrator", "Zq8vN3rT5yUw2xKp")
APP = Secret("redis_app", "Lk4jH7gF9dSa1mNb")
OTHER = Secret("redis_other", "Pw6cV2bX8zQe5rTy")
USERS = [RedisUser(name="app", password=APP, keys=["app:*"])]


class RedisTarget(Target):
    """A lab host whose Redis follows settings."""

    def desired(self, **more: object) -> Desired:
        """What the host should be."""
        settings = {"administrator_password": ADMINISTRATOR, "users": USERS, **more}
        return desired(RedisSettings(**settings), Platform(self.host.os))  # type: ignore[arg-type]

    def query(self, *words: str) -> str:
        """What the server returns to the administrator."""
        return self.sh(f"{QUERY} do {' '.join(words)}", check=False)

    def app(self, script: str, password: str = APP.reveal()) -> str:
        """What redis-cli prints for the application."""
        return self.sh(
            f"REDISCLI_AUTH={password} redis-cli --no-auth-warning --user app {script}", check=False
        )

    def pid(self) -> str:
        """The server's process: another one after a restart."""
        return self.sh("systemctl show -p MainPID --value redis-server")


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def target(request: pytest.FixtureRequest) -> Iterator[RedisTarget]:
    system = cast("Os", request.param)
    name = f"d-redis{system[-2:]}"
    lab.down(name)
    host = RedisTarget(lab.up(name, system))
    host.sh("apt-get -qq update")
    host.install(host.desired())
    assert host.apply(host.desired()).code == 0
    yield host
    lab.down(name)


@pytest.fixture(autouse=True)
def _as_first_applied(target: RedisTarget) -> None:
    assert target.apply(target.desired()).code == 0
    assert target.drift(target.desired()) == []


def test_data_survives_a_restart_and_a_loss_of_power(target: RedisTarget) -> None:
    assert target.app("SET app:kept yes") == "OK"
    target.sh("systemctl restart redis-server")
    assert target.app("GET app:kept") == "yes"
    assert target.app("SET app:later yes") == "OK"
    target.sh("sleep 1.5; systemctl kill -s KILL redis-server")
    wait_until(lambda: target.app("GET app:later") == "yes")


def test_a_dump_without_an_append_only_file_is_loaded_into_one(target: RedisTarget) -> None:
    """With AOF on, Redis itself ignores a restored dump, and the keys would be gone."""
    target.app("SET app:dumped yes")
    target.query("SAVE")
    target.sh("systemctl stop redis-server; cd /var/lib/redis && rm -rf appendonlydir appendonly.aof")
    target.sh("systemctl start redis-server")
    assert target.app("GET app:dumped") == "yes"
    assert target.drift(target.desired()) == []


def test_a_dump_that_cannot_be_read_starts_no_empty_server(target: RedisTarget) -> None:
    target.app("SET app:safe yes")
    target.query("SAVE")
    target.sh("systemctl stop redis-server; cd /var/lib/redis && cp -a . /root/data")
    target.sh("cd /var/lib/redis && rm -rf appendonlydir appendonly.aof && head -c 60 /dev/urandom >dump.rdb")
    assert "failed" in target.sh("systemctl start redis-server 2>&1", check=False)
    target.sh("systemctl stop redis-server; rm -rf /var/lib/redis && mv /root/data /var/lib/redis")
    target.sh("systemctl reset-failed redis-server; systemctl start redis-server")
    assert target.app("GET app:safe") == "yes"


def test_a_login_needs_a_password_and_has_only_the_rights_of_its_user(target: RedisTarget) -> None:
    assert target.sh("redis-cli PING") == "NOAUTH Authentication required."
    assert target.app("SET app:x 1", password=OTHER.reveal()).startswith(
        ("NOAUTH", "WRONGPASS", "AUTH failed")
    )
    assert target.app("SET app:x 1") == "OK"
    for words in ("SET other:x 1", "CONFIG GET maxmemory", "ACL LIST", "KEYS *", "FLUSHALL", "SHUTDOWN"):
        assert target.app(shlex.join(words.split())).startswith("NOPERM"), words
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((target.host.address, 6379), timeout=3)


def test_memory_and_policy_are_in_force_without_a_restart(target: RedisTarget) -> None:
    before = target.pid()
    small = target.desired(memory="4MiB", max_clients=50)
    assert target.apply(small).code == 0
    fill = "for n in $(seq 40); do echo \"SET app:$n $(head -c 150000 /dev/zero | tr '\\0' x)\"; done"
    assert "OOM command not allowed" in target.sh(
        f"{fill} | REDISCLI_AUTH={APP.reveal()} redis-cli --user app"
    )
    assert target.apply(target.desired(memory="4MiB", eviction="allkeys-lru")).code == 0
    output = target.sh(f"{fill} | REDISCLI_AUTH={APP.reveal()} redis-cli --user app")
    assert set(output.splitlines()) == {"OK"}
    assert 0 < int(target.query("DBSIZE")) < 40
    assert target.pid() == before


@pytest.mark.parametrize("port", [6379, 6380], ids=["live", "with a restart"])
def test_turning_the_append_only_file_off_and_on_loses_nothing(target: RedisTarget, port: int) -> None:
    """A restart in the same change must not make the server read what the other setting left long ago."""
    place = f"-p {port}"
    target.app("SET app:one with")
    off = target.desired(append_only=False, snapshots=[], port=port)
    assert target.apply(off).code == 0
    assert target.app(f"{place} GET app:one") == "with"
    target.app(f"{place} SET app:two without")
    assert target.apply(target.desired()).code == 0
    target.sh("systemctl restart redis-server")
    assert [target.app(f"GET app:{key}") for key in ("one", "two")] == ["with", "without"]


def test_an_append_only_file_that_would_not_be_read_stops_the_start(target: RedisTarget) -> None:
    off = target.desired(append_only=False)
    assert target.apply(off).code == 0
    target.sh("systemctl stop redis-server; echo x >/var/lib/redis/appendonly.aof")
    assert "failed" in target.sh("systemctl start redis-server 2>&1", check=False)
    assert "would not be read" in target.sh("journalctl -u redis-server -n 30 -o cat")
    target.sh("systemctl stop redis-server; rm /var/lib/redis/appendonly.aof")


def test_passwords_change_without_a_restart_and_the_administrators_with_one(target: RedisTarget) -> None:
    before = target.pid()
    changed = target.desired(users=[RedisUser(name="app", password=OTHER, keys=["app:*"])])
    assert target.apply(changed).code == 0
    assert target.pid() == before
    assert target.app("PING", password=OTHER.reveal()) == "PONG"
    assert not target.app("PING").endswith("PONG")
    rotated = target.desired(administrator_password=OTHER)
    assert target.apply(rotated).code == 0
    assert target.drift(rotated) == []
    assert target.pid() != before


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("live.conf", "maxmemory-polizy allkeys-lru"),
        ("live.conf", "maxmemory-policy all"),
        ("redis.conf", "port many"),
        ("users.acl", "user x on +@nosuch"),
    ],
)
def test_a_bad_directive_is_refused_before_anything_changes(
    target: RedisTarget, file: str, line: str
) -> None:
    good = target.desired()
    bad = [
        dataclasses.replace(one, content=one.content + f"{line}\n".encode())
        if one.path == f"/etc/redis/{file}"
        else one
        for one in good.files
    ]
    before = target.pid()
    done = target.apply(dataclasses.replace(good, files=tuple(bad)))
    assert (done.code, "nothing was changed" in done.stdout) == (22, True), done
    assert target.drift(good) == []
    assert target.pid() == before


def test_a_stopped_server_and_a_locked_out_administrator_are_found_and_corrected(target: RedisTarget) -> None:
    target.sh("systemctl stop redis-server")
    assert [one.kind for one in target.drift(target.desired())] == ["unit.state"]
    assert target.apply(target.desired()).code == 0
    target.query("ACL SETUSER rigwright resetpass")
    assert {one.kind for one in target.drift(target.desired())} == {
        "probe.failed",
        "runtime_state.unreadable",
    }
    assert target.apply(target.desired()).code == 0
    assert target.drift(target.desired()) == []
    target.query("CONFIG SET databases 4")  # refused, or harmless
    target.query("CONFIG SET appendfilename evil.aof")
    assert target.drift(target.desired()) == []


def test_the_commands_of_the_docs_return_figures(target: RedisTarget) -> None:
    for block in run_on_a_host_by("tests/lab/test_redis.py"):
        assert "used_memory" in target.sh(block.script), block.where


def test_no_password_is_shown_anywhere(target: RedisTarget) -> None:
    """Not in drift, in the record, in the journal of the service, or to other users of the host."""
    target.query("ACL SETUSER app resetpass")
    output = " ".join(str(one) for one in target.drift(target.desired()))
    output += target.sh("cat /var/lib/rigwright/manifests/redis.json; journalctl -u redis-server --no-pager")
    output += target.sh("runuser -u nobody -- cat /etc/redis/* /var/lib/rigwright/* 2>&1", check=False)
    for secret in (ADMINISTRATOR, APP, OTHER):
        assert secret.reveal() not in output
