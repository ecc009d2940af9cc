"""The way to a host is what OpenSSH makes of the operator's file, and the inventory's words come first."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL

from rigwright.errors import RigError
from rigwright.inventory.load import ssh_host
from rigwright.remote.keys import Keys, LockedKeyError, held, locked, public_blob
from rigwright.remote.next_steps import KNOWN_HOSTS, bootstrap, login
from rigwright.remote.route import Route, resolve

FILE = """
Include {folder}/more
Host webalias
    HostName 192.0.2.10
    User deploy
    Port 2222
    IdentityFile {folder}/work
    IdentityAgent {folder}/agent.sock
    UserKnownHostsFile {folder}/known
Host behind
    HostName 192.0.2.20
    ProxyJump first,jumper@[2001:db8::1]:2200
Host v6
    HostName 2001:db8::20
    ProxyJump webalias
Host command
    ProxyCommand nc -X %h %p %r %n %%d
Host plain
    IdentitiesOnly yes
Match host deep user special
    HostName 192.0.2.40
Host *
    User everyone
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The operator's home, with a file that includes another one."""
    ssh = tmp_path / ".ssh"
    ssh.mkdir()
    (ssh / "more").write_text("Host included\n    HostName 192.0.2.30\n")
    (ssh / "config").write_text(FILE.format(folder=ssh))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return ssh


def test_an_alias_has_all_that_the_file_says(folder: Path) -> None:
    (folder / "known").touch()
    assert resolve("webalias") == Route(
        name="webalias",
        address="192.0.2.10",
        port=2222,
        user="deploy",
        files=(f"{folder}/work",),
        agent=f"{folder}/agent.sock",
        known_hosts=f"{folder}/known",
    )


def test_the_inventory_comes_first(folder: Path) -> None:
    found = resolve("webalias", "operator", 22, key="~/mine")
    assert (found.address, found.user, found.port) == ("192.0.2.10", "operator", 22)
    assert (found.files, found.only) == ((f"{folder.parent}/mine",), True)


def test_include_and_match_mean_what_they_mean_to_ssh() -> None:
    assert resolve("included").address == "192.0.2.30"
    assert resolve("deep", "special").address == "192.0.2.40"
    assert resolve("deep").address == "deep"
    assert resolve("other").user == "everyone"


def test_a_jump_host_is_passed_by_openssh(folder: Path) -> None:
    ssh = ("ssh", "-F", f"{folder}/config", "-o", "BatchMode=yes")
    hop = "ssh://jumper@[2001:db8::1]:2200"
    assert resolve("behind").proxy == (*ssh, "-J", "first", "-W", "192.0.2.20:22", hop)
    assert resolve("v6").proxy == (*ssh, "-W", "[2001:db8::20]:22", "ssh://webalias")
    assert resolve("command", "me", 23).proxy == ("/bin/sh", "-c", "exec nc -X command 23 me command %d")
    assert resolve("webalias").proxy == ()


def test_keys_are_those_of_the_file_and_not_openssh_s_list_of_defaults() -> None:
    assert resolve("other").files == ()
    assert (resolve("plain").files, resolve("plain").only) == ((), True)


def test_without_a_file_an_address_is_itself(folder: Path) -> None:
    (folder / "config").unlink()
    assert resolve("192.0.2.1", "me") == Route("192.0.2.1", "192.0.2.1", 22, "me")


def test_a_file_that_ssh_cannot_read_is_named(folder: Path) -> None:
    (folder / "config").write_text("Hots web\n")
    with pytest.raises(RigError, match="ssh cannot read it") as caught:
        resolve("web")
    assert caught.value.file == f"{folder}/config"


def test_openssh_s_own_client_gets_the_same_way(folder: Path) -> None:
    options = dict(resolve("behind", key="/k").options())
    assert (options["IdentityFile"], options["IdentitiesOnly"]) == ("/k", "yes")
    assert options["ProxyCommand"].startswith(f"ssh -F {folder}/config -o BatchMode=yes -J first -W")
    assert dict(resolve("command").options())["ProxyCommand"].endswith("%%d'")


def test_a_host_of_an_inventory_is_an_alias_like_any_other(folder: Path) -> None:
    _, data = ssh_host("web", None, address="webalias")
    assert (data["ssh_hostname"], data["ssh_port"], data["ssh_user"]) == ("192.0.2.10", 2222, "deploy")
    assert data["ssh_known_hosts_file"] == f"{folder}/known"
    assert bootstrap("web", data).startswith("rig bootstrap webalias --user deploy --port 2222")
    assert login("web", data).endswith("deploy@webalias")
    _, other = ssh_host("web", None, address="192.0.2.1", user="me")
    assert other["ssh_known_hosts_file"] == str(KNOWN_HOSTS)
    assert bootstrap("web", other) == "rig bootstrap 192.0.2.1 --user me"


def test_a_program_that_cannot_connect_is_an_error_with_its_last_words() -> None:
    broken = Route("x", "x", 22, "x", proxy=("/bin/sh", "-c", "echo first >&2; echo no way >&2; exit 3"))
    with pytest.raises(ConnectionError, match="no way"):
        broken.connect()


def test_a_program_s_streams_are_the_connection() -> None:
    with Route("x", "x", 22, "x", proxy=("/bin/sh", "-c", "printf hello; cat")).connect() as connection:
        assert connection.recv(5) == b"hello"
        connection.sendall(b"back")
        assert connection.recv(4) == b"back"


@contextlib.contextmanager
def agent_with(*paths: Path) -> Iterator[str]:
    """OpenSSH's agent with these keys."""
    name = f"/tmp/rig-test-{os.getpid()}.sock"
    with subprocess.Popen(["ssh-agent", "-D", "-a", name], stdout=subprocess.DEVNULL) as process:
        for _ in range(100):
            if Path(name).exists():
                break
            threading.Event().wait(0.05)
        environment = {**os.environ, "SSH_AUTH_SOCK": name}
        for path in paths:
            subprocess.run(
                ["ssh-add", "-q", str(path)], env=environment, check=True, stdin=subprocess.DEVNULL
            )
        yield name
        process.terminate()


def made(path: Path, passphrase: str = "") -> Path:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)],
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return path


class Server(paramiko.ServerInterface):
    """A server that accepts one key, and remembers all that were offered."""

    def __init__(self, accepted: bytes) -> None:
        self.accepted = accepted
        self.offered: list[bytes] = []

    def get_allowed_auths(self, username: str) -> str:
        """Keys alone."""
        assert username == "operator"
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Whether it is the one."""
        assert username == "operator"
        self.offered.append(key.asbytes())
        good = key.asbytes() == self.accepted
        return AUTH_SUCCESSFUL if good else AUTH_FAILED


def log_in(accepted: Path, keys: Route) -> tuple[bool, list[bytes]]:
    """Whether the keys of a way log in where this one is accepted, and what was offered."""
    ours, theirs = socket.socketpair()
    server = Server(public_blob(str(accepted)) or b"")
    there = paramiko.Transport(theirs)
    there.add_server_key(paramiko.ECDSAKey.generate())
    there.start_server(server=server, event=threading.Event())
    here = paramiko.Transport(ours)
    try:
        here.start_client(timeout=10)
        Keys(keys).authenticate(here)
        return here.is_authenticated(), server.offered
    finally:
        here.close()
        there.close()


def way(*files: Path, only: bool = False, agent: str = "none") -> Route:
    return Route("x", "x", 22, "operator", tuple(map(str, files)), only, agent)


def test_the_keys_of_the_way_are_tried_in_their_order(folder: Path) -> None:
    first, second = made(folder / "first"), made(folder / "second")
    good, offered = log_in(second, way(first, second))
    assert good
    assert list(dict.fromkeys(offered)) == [public_blob(str(first)), public_blob(str(second))]


def test_without_any_named_key_the_operator_s_own_are_tried(folder: Path) -> None:
    assert log_in(made(folder / "id_ed25519"), way())[0]


def test_a_key_with_a_passphrase_needs_an_agent(folder: Path) -> None:
    path = made(folder / "key", "a passphrase")
    assert (locked(path), locked(made(folder / "open")), locked(folder / "none")) == (True, False, False)
    with pytest.raises(LockedKeyError, match="passphrase") as caught:
        log_in(path, way(path, only=True))
    assert caught.value.path == str(path)


def test_an_agent_signs_for_a_named_key_and_for_no_other_where_only_that_is_named(folder: Path) -> None:
    mine, other = made(folder / "mine"), made(folder / "other")
    with agent_with(other, mine) as agent:
        mine.unlink()  # its public half names it
        good, offered = log_in(mine, way(mine, agent=agent))
        assert (good, set(offered)) == (True, {public_blob(str(mine))})
        other.unlink()
        assert log_in(other, way(mine, agent=agent))[0]
        with pytest.raises(paramiko.AuthenticationException):
            log_in(other, way(mine, only=True, agent=agent))


def test_no_agent_is_no_keys(folder: Path) -> None:
    for name in ("", "none", str(folder / "nothing")):
        with held(name) as keys:
            assert keys == {}


def test_nothing_to_offer_is_an_error_of_its_own() -> None:
    with pytest.raises(paramiko.AuthenticationException, match="no key of yours"):
        log_in(Path("none"), way())
