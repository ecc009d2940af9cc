"""Host keys are compared and pinned, and the operator's key is found or made, as OpenSSH does it."""

from __future__ import annotations

import base64
import contextlib
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from click.testing import CliRunner

from rigwright.bootstrap import known_hosts
from rigwright.bootstrap.key_pair import public_line
from rigwright.bootstrap.prepare import FAILURES, SCRIPT, check_user
from rigwright.bootstrap.root import last_lines
from rigwright.bootstrap.shell import Target, connect
from rigwright.cli import cli
from rigwright.errors import RigError
from rigwright.remote.route import Route

# RFC 8032, section 7.1, test 1: a public key that no one uses. The fingerprint is ssh-keygen's.
PUBLIC = "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
FINGERPRINT = "SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8"


def key() -> paramiko.PKey:
    return paramiko.PKey.from_type_string("ssh-ed25519", base64.b64decode(PUBLIC))


@pytest.fixture(scope="module")
def server_key() -> paramiko.ECDSAKey:
    """A host key of a kind that paramiko can make."""
    return paramiko.ECDSAKey.generate()


@pytest.fixture
def server(server_key: paramiko.ECDSAKey) -> Iterator[int]:
    """The port of an SSH server on this machine that has the host key and accepts no login."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, server_key), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def _serve(listener: socket.socket, host_key: paramiko.ECDSAKey) -> None:
    with contextlib.suppress(OSError):
        while True:
            transport = paramiko.Transport(listener.accept()[0])
            transport.add_server_key(host_key)
            with contextlib.suppress(OSError, paramiko.SSHException, EOFError):  # the client may hang up
                transport.start_server(server=paramiko.ServerInterface())


def test_the_fingerprint_is_that_of_ssh_keygen() -> None:
    assert known_hosts.fingerprint(key()) == FINGERPRINT


def test_the_console_command_names_the_file_of_the_kind_of_key(server_key: paramiko.ECDSAKey) -> None:
    assert known_hosts.console_command(key()).endswith("ssh_host_ed25519_key.pub")
    assert known_hosts.console_command(server_key).endswith("ssh_host_ecdsa_key.pub")


def at(port: int) -> Route:
    """The way to a server of this test."""
    return Route("127.0.0.1", "127.0.0.1", port, "operator")


def test_a_port_other_than_22_is_part_of_the_name() -> None:
    assert known_hosts.host_name("192.0.2.1", 22) == "192.0.2.1"
    assert known_hosts.host_name("192.0.2.1", 2222) == "[192.0.2.1]:2222"


def test_pinning_adds_a_line_and_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("# kept\n192.0.2.9 ssh-ed25519 " + PUBLIC)  # no newline at the end
    known_hosts.pin(file, "[192.0.2.1]:2222", key())
    assert file.read_text().splitlines() == [
        "# kept",
        f"192.0.2.9 ssh-ed25519 {PUBLIC}",
        f"[192.0.2.1]:2222 ssh-ed25519 {PUBLIC}",
    ]
    assert known_hosts.pinned(file, "[192.0.2.1]:2222") == [key()]
    assert known_hosts.pinned(file, "192.0.2.1") == []
    assert known_hosts.pinned(tmp_path / "none", "192.0.2.1") == []


def test_a_server_proves_which_key_it_has(server: int, server_key: paramiko.ECDSAKey) -> None:
    assert known_hosts.offered(at(server), known_hosts.BEST) == server_key
    assert known_hosts.offered(at(server), known_hosts.SECOND) == server_key


def test_without_a_server_the_error_says_what_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(RigError, match="openssh-server") as caught:
        known_hosts.offered(at(port), ("ssh-ed25519",))
    assert caught.value.host == "127.0.0.1"


def test_a_server_with_another_key_than_is_pinned_is_refused(server: int, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    name = known_hosts.host_name("127.0.0.1", server)
    known_hosts.pin(file, name, paramiko.ECDSAKey.generate())
    before = file.read_bytes()
    with pytest.raises(RigError, match="ssh-keygen -R") as caught:
        connect(Target("127.0.0.1", server, "operator", tmp_path / "no_key", file))
    assert caught.value.file == str(file)
    assert file.read_bytes() == before


def test_a_server_that_takes_no_key_leaves_the_connection_open(
    server: int, server_key: paramiko.ECDSAKey, tmp_path: Path
) -> None:
    file = tmp_path / "known_hosts"
    known_hosts.pin(file, known_hosts.host_name("127.0.0.1", server), server_key)
    shell = connect(Target("127.0.0.1", server, "operator", tmp_path / "no_key", file))
    assert (shell.open, shell.logged_in, shell.ready()) == (True, False, False)
    shell.close()


def test_a_missing_key_is_made_private_and_is_the_same_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / ".ssh" / "id_ed25519"
    line = public_line(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.with_name("id_ed25519.pub").read_text() == f"{line}\n"
    assert line.split()[:2] == public_line(path).split()[:2]
    assert paramiko.Ed25519Key.from_private_key_file(str(path)).get_base64() == line.split()[1]


def test_the_public_key_is_that_of_the_private_one_whatever_stands_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = paramiko.ECDSAKey.generate()
    made.write_private_key_file(str(path))
    (tmp_path / "key.pub").write_text(f"ssh-ed25519 {PUBLIC} another\n")
    assert public_line(path).split()[:2] == [made.get_name(), made.get_base64()]


def test_a_key_with_a_passphrase_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = paramiko.ECDSAKey.generate()
    made.write_private_key_file(str(path), password="passphrase")  # noqa: S106
    (tmp_path / "key.pub").write_text(f"{made.get_name()} {made.get_base64()} operator\n")
    with pytest.raises(RigError, match="ssh-add"):
        public_line(path)


def test_a_file_that_is_no_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("hello\n")
    with pytest.raises(RigError, match="not a private key") as caught:
        public_line(path)
    assert caught.value.file == str(path)


@pytest.mark.parametrize("name", ["operator", "root", "_apt", "web-1"])
def test_names_that_can_stand_in_sudoers(name: str) -> None:
    assert check_user(name) == name


@pytest.mark.parametrize("name", ["ALL", "", "a b", "%sudo", "a,b", "-u", "x\nroot", "a" * 33])
def test_names_that_cannot(name: str) -> None:
    with pytest.raises(RigError, match="cannot be the user"):
        check_user(name)


def test_each_exit_status_of_the_script_has_an_explanation() -> None:
    for code in FAILURES:
        assert f"={code}" in SCRIPT


def test_the_end_of_an_output_is_shown_without_empty_lines() -> None:
    assert last_lines("1\n2\n\n3\n4\n", 3) == "2\n  3\n  4"


def test_without_a_terminal_an_unpinned_host_is_an_error_with_its_fingerprint(
    server: int, server_key: paramiko.ECDSAKey, tmp_path: Path
) -> None:
    options = ["127.0.0.1", "--port", str(server), "--user", "operator"]
    file = ["--inventory-known-hosts", str(tmp_path / "known_hosts")]
    result = CliRunner().invoke(cli, ["bootstrap", *options, *file])
    assert isinstance(result.exception, RigError)
    assert known_hosts.fingerprint(server_key) in str(result.exception)
    assert not (tmp_path / "known_hosts").exists()


def test_a_wrong_fingerprint_lists_what_the_host_has(
    server: int, server_key: paramiko.ECDSAKey, tmp_path: Path
) -> None:
    options = ["127.0.0.1", "--port", str(server), "--user", "operator", "--fingerprint", FINGERPRINT]
    file = ["--inventory-known-hosts", str(tmp_path / "known_hosts")]
    result = CliRunner().invoke(cli, ["bootstrap", *options, *file])
    assert isinstance(result.exception, RigError)
    assert known_hosts.fingerprint(server_key) in str(result.exception)
    assert not (tmp_path / "known_hosts").exists()


def test_the_script_is_posix_shell() -> None:
    done = subprocess.run(["sh", "-n"], input=SCRIPT, text=True, capture_output=True, check=False)
    assert done.stderr == ""


def test_help_needs_no_network() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rigwright", "bootstrap", "--help"], capture_output=True, text=True, check=True
    )
    assert "--fingerprint" in done.stdout
