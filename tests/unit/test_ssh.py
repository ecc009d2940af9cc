"""What ssh's settings refuse, and what they come to mean."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from typing import get_args

import paramiko
import pytest
from pydantic import ValidationError

from deploys.ssh import algorithms
from deploys.ssh.settings import ALL_CIPHERS, ALL_KEY_EXCHANGES, ALL_MACS, SshSettings
from deploys.ssh.state import desired
from rigwright.desired import Desired, Socket, program
from rigwright.errors import RigError
from rigwright.settings.platform import Os, Platform

SYSTEMS: tuple[Os, ...] = get_args(Os)
REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "no port": (lambda: SshSettings(ports=[]), "ports must name at least one"),
    "a port twice": (lambda: SshSettings(ports=[22, 22]), "none twice"),
    "no address": (lambda: SshSettings(listen_addresses=[]), "listen_addresses must name at least one"),
    "loopback alone": (
        lambda: SshSettings(listen_addresses=["127.0.0.1", "::1"]),
        "locks every operator",
    ),
    "a name of a host": (lambda: SshSettings(listen_addresses=["web"]), "must be an IPv4 or IPv6 address"),
    "an account with a pattern": (lambda: SshSettings(allowed_users=["*"]), "pattern"),
    "a line in an account": (lambda: SshSettings(allowed_users=["a\nPermitRootLogin yes"]), "pattern"),
    "root by password": (lambda: SshSettings(root_login="yes"), "'no' or 'key'"),  # type: ignore[arg-type]
    "a kind of host key twice": (lambda: SshSettings(host_keys=["rsa", "rsa"]), "names a kind twice"),
    "a banner with a control character": (lambda: SshSettings(banner="a\x1b[2J"), "pattern"),
    "a weak key exchange": (
        lambda: SshSettings(key_exchanges=["diffie-hellman-group1-sha1"]),  # type: ignore[list-item]
        "Input should be",
    ),
    "a cipher without authentication": (
        lambda: SshSettings(ciphers=["aes128-cbc"]),  # type: ignore[list-item]
        "Input should be",
    ),
    "key exchanges that the toolkit does not support": (
        lambda: SshSettings(key_exchanges=["mlkem768x25519-sha256"]),
        "add one of curve25519-sha256@libssh.org",
    ),
    "ciphers that the toolkit does not support": (
        lambda: SshSettings(ciphers=["chacha20-poly1305@openssh.com"]),
        "add one of aes128-ctr",
    ),
    "MACs that the toolkit does not support": (
        lambda: SshSettings(macs=["umac-128-etm@openssh.com"]),
        "add one of hmac-sha2-256-etm@openssh.com",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_settings_that_cannot_be_meant_are_refused(what: str) -> None:
    make, message = REFUSED[what]
    with pytest.raises(ValidationError, match=message):
        make()


def lines(settings: SshSettings, system: Os = "debian13") -> list[str]:
    """The drop-in's directives."""
    wanted = desired(settings, Platform(system))
    content = next(file.content.decode() for file in wanted.files if file.path.endswith("/00-rigwright.conf"))
    return [line for line in content.splitlines() if not line.startswith("#")]


def named(name: str, settings: SshSettings, system: Os = "debian13") -> list[str]:
    """The values of one directive."""
    return [line.split(" ", 1)[1] for line in lines(settings, system) if line.startswith(f"{name} ")]


def wanted(**more: object) -> Desired:
    return desired(SshSettings(**more), Platform("debian13"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ours", "every", "theirs"),
    [
        (algorithms.TOOLKIT_KEY_EXCHANGES, ALL_KEY_EXCHANGES, paramiko.Transport._preferred_kex),  # type: ignore[attr-defined]  # noqa: SLF001
        (algorithms.TOOLKIT_CIPHERS, ALL_CIPHERS, paramiko.Transport._preferred_ciphers),  # type: ignore[attr-defined]  # noqa: SLF001
        (algorithms.TOOLKIT_MACS, ALL_MACS, paramiko.Transport._preferred_macs),  # type: ignore[attr-defined]  # noqa: SLF001
    ],
)
def test_the_literals_are_what_the_installed_client_speaks(
    ours: frozenset[str], every: tuple[str, ...], theirs: tuple[str, ...]
) -> None:
    assert ours == set(every) & set(theirs)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_default_list_holds_one_that_the_toolkit_speaks(system: Os) -> None:
    for name, known in (
        ("KexAlgorithms", algorithms.TOOLKIT_KEY_EXCHANGES),
        ("Ciphers", algorithms.TOOLKIT_CIPHERS),
        ("MACs", algorithms.TOOLKIT_MACS),
    ):
        (value,) = named(name, SshSettings(), system)
        assert known & set(value.split(","))


def test_a_list_may_hold_what_the_toolkit_does_not_speak_beside_what_it_does() -> None:
    both = SshSettings(key_exchanges=["mlkem768x25519-sha256", "curve25519-sha256@libssh.org"])
    assert named("KexAlgorithms", both) == ["mlkem768x25519-sha256,curve25519-sha256@libssh.org"]


def test_post_quantum_key_exchange_only_where_openssh_has_it() -> None:
    assert "mlkem768x25519-sha256" in named("KexAlgorithms", SshSettings())[0]
    for system in ("debian12", "ubuntu2204", "ubuntu2404"):
        assert "mlkem" not in named("KexAlgorithms", SshSettings(), system)[0]
    newest = SshSettings(key_exchanges=["mlkem768x25519-sha256", "curve25519-sha256@libssh.org"])
    with pytest.raises(RigError, match=r"OpenSSH 9\.2 does not know mlkem768x25519-sha256"):
        desired(newest, Platform("debian12"))


def test_keys_are_the_only_way_in_and_root_has_none() -> None:
    found = lines(SshSettings())
    for line in (
        "AuthenticationMethods publickey",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitEmptyPasswords no",
        "PermitRootLogin no",
    ):
        assert line in found
    assert named("PermitRootLogin", SshSettings(root_login="key")) == ["prohibit-password"]


def test_no_account_is_named_by_default() -> None:
    assert not named("AllowUsers", SshSettings()) + named("AllowGroups", SshSettings())
    assert named("AllowUsers", SshSettings(allowed_users=["b", "a"])) == ["b a"]


def test_each_address_has_each_port_so_that_a_port_line_of_another_file_opens_nothing() -> None:
    settings = SshSettings(ports=[22, 2222])
    assert named("ListenAddress", settings) == ["0.0.0.0:22", "0.0.0.0:2222", "[::]:22", "[::]:2222"]
    assert not named("Port", settings)
    assert set(wanted(ports=[22, 2222]).sockets) == {
        Socket(address, port) for address in ("0.0.0.0", "::") for port in (22, 2222)
    }


def test_what_is_expected_of_the_host_is_in_the_words_of_sshd() -> None:
    expected = dict(wanted(root_login="key", allowed_users=["b", "a"]).runtime_states[0].expected)
    assert expected["permitrootlogin"] == "without-password"
    assert expected["allowusers"] == "a b"
    assert expected["listenaddress"] == "0.0.0.0:22 [::]:22"


def test_match_blocks_are_evaluated_for_root_and_for_every_named_account() -> None:
    assert " show root,a " in wanted(allowed_users=["a"]).runtime_states[0].command


def test_a_change_needs_a_confirmation_and_the_service_is_no_socket_s() -> None:
    found = wanted()
    assert found.confirm_seconds == 120
    assert {(unit.name, unit.active) for unit in found.units} == {
        ("ssh.service", True),
        ("ssh.socket", False),
    }


def test_the_running_sshd_shows_its_configuration_on_every_port() -> None:
    (probe,) = wanted(ports=[22, 2222], listen_addresses=["0.0.0.0", "2001:db8::1"]).probes
    for place in ("127.0.0.1:22", "127.0.0.1:2222", "[2001:db8::1]:22", "[2001:db8::1]:2222"):
        assert place in probe.command
    (opened,) = [
        file.content.decode()
        for file in wanted(listen_addresses=["127.0.0.1", "0.0.0.0", "2001:db8::1"]).files
        if file.path == "/etc/systemd/system/rigwright-drift.service.d/rigwright-ssh.conf"
    ]
    assert "\nIPAddressAllow=2001:db8::1\n" in opened
    assert not [file for file in wanted().files if "rigwright-drift" in file.path]
    (other,) = wanted(max_auth_tries=5).probes
    assert other.command != wanted().probes[0].command


@pytest.mark.parametrize(
    ("banner", "code"),
    [
        ("SSH-2.0-OpenSSH_10.0 rig-0123456789ab", 0),
        ("SSH-2.0-OpenSSH_10.0 rig-ba9876543210", 1),
        ("SSH-2.0-OpenSSH_10.0", 1),
        ("", 1),
    ],
)
def test_the_probe_fails_where_a_port_sends_another_mark(banner: str, code: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = program.python("ssh/programs/probe.py", "rig-0123456789ab", f"127.0.0.1:{port}")
        probe = subprocess.Popen(["sh", "-c", command], stderr=subprocess.PIPE, text=True)
        connection, _ = server.accept()
        with connection:
            connection.sendall(f"{banner}\r\n".encode())
        _, error = probe.communicate(timeout=30)
    assert probe.returncode == code, error
    assert (repr(banner) in error) == bool(code)


def test_host_keys_and_banner_stand_in_the_files_and_are_asked_of_sshd() -> None:
    found = desired(SshSettings(host_keys=["ed25519", "rsa"], banner="Mind the gap"), Platform("debian13"))
    files = {file.path: file.content.decode() for file in found.files}
    assert files["/etc/ssh/rigwright-banner"] == "Mind the gap\n"
    drop_in = files["/etc/ssh/sshd_config.d/00-rigwright.conf"]
    assert "HostKeyAlgorithms ssh-ed25519,rsa-sha2-512,rsa-sha2-256\n" in drop_in
    (state,) = (one for one in found.runtime_states if one.name == "sshd -T")
    assert ("banner", "/etc/ssh/rigwright-banner") in state.expected
    assert ("hostkeyalgorithms", "ssh-ed25519,rsa-sha2-512,rsa-sha2-256") in state.expected
    own = {file.path: file.content.decode() for file in desired(SshSettings(), Platform("debian13")).files}
    assert "HostKeyAlgorithms" not in own["/etc/ssh/sshd_config.d/00-rigwright.conf"]
    assert "/etc/ssh/rigwright-banner" not in own
