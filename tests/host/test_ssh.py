"""Logging in to the running sshd: what it offers, and what it refuses."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest

from deploys.ssh.settings import SshSettings
from rigwright.inventory.load import Host

WEAK = ("sha1", "md5", "cbc", "arcfour", "3des", "nistp", "group14", "group1-", "group-exchange")
CLOSED = (
    "passwordauthentication",
    "kbdinteractiveauthentication",
    "permitemptypasswords",
    "hostbasedauthentication",
    "x11forwarding",
    "permittunnel",
    "gatewayports",
    "allowstreamlocalforwarding",
    "permituserenvironment",
)


@pytest.fixture(scope="module")
def ssh(described: Host) -> SshSettings:
    settings = getattr(described.rig, "ssh", None)
    if settings is None:
        pytest.skip("the inventory has no ssh for this host")
    found: SshSettings = settings
    return found


@pytest.fixture(scope="module")
def effective(host: Any, ssh: SshSettings) -> dict[str, list[str]]:  # noqa: ARG001  skips without it
    """The values that sshd itself prints."""
    found: dict[str, list[str]] = {}
    for line in host.check_output("sshd -T -C user=root,host=192.0.2.1,addr=192.0.2.1").splitlines():
        name, _, value = line.partition(" ")
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture(scope="module")
def login(described: Host, ssh: SshSettings) -> dict[int, str]:
    """The output of OpenSSH's own client for a login at each port. It succeeds: failures would be counted."""
    data = described.data
    options = {
        "UserKnownHostsFile": data["ssh_known_hosts_file"],
        "GlobalKnownHostsFile": "/dev/null",
        "HostKeyAlias": data["ssh_hostname"],
        "StrictHostKeyChecking": "yes",
        "BatchMode": "yes",
    }
    flags = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    key = ["-o", "IdentitiesOnly=yes", "-i", data["ssh_key"]] if "ssh_key" in data else []
    output = {}
    for port in ssh.ports:
        place = ["-p", str(port), f"{data['ssh_user']}@{data['ssh_hostname']}", "true"]
        command = ["ssh", "-F", "none", "-vv", *flags, *key, *place]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        output[port] = done.stderr
    return output


def test_it_runs_and_comes_back_after_a_boot(host: Any, ssh: SshSettings) -> None:  # noqa: ARG001
    assert host.service("ssh").is_running
    assert host.service("ssh").is_enabled
    assert not host.service("ssh.socket").is_running
    assert not host.service("ssh.socket").is_enabled


def test_it_listens_on_the_endpoints_of_the_inventory_alone(host: Any, ssh: SshSettings) -> None:
    lines = host.check_output("ss -H -lntp").splitlines()
    ends = [line.split()[3].rpartition(":") for line in lines if '"sshd"' in line]
    found = {(address.strip("[]").split("%")[0], int(port)) for address, _, port in ends}
    assert found == {(address, port) for address in ssh.listen_addresses for port in ssh.ports}


def test_only_a_key_logs_in(effective: dict[str, list[str]], ssh: SshSettings) -> None:
    assert {name: effective[name] for name in CLOSED} == {name: ["no"] for name in CLOSED}
    assert effective["authenticationmethods"] == ["publickey"]
    assert effective["permitrootlogin"] == ["no" if ssh.root_login == "no" else "without-password"]


def test_its_limits_are_those_of_the_inventory(effective: dict[str, list[str]], ssh: SshSettings) -> None:
    expected = {
        "maxauthtries": ssh.max_auth_tries,
        "logingracetime": ssh.login_grace_seconds,
        "maxsessions": ssh.max_sessions,
        "maxstartups": f"10:30:{ssh.max_pending_logins}",
        "clientaliveinterval": ssh.client_alive_seconds,
        "allowtcpforwarding": ssh.tcp_forwarding,
        "allowagentforwarding": "yes" if ssh.agent_forwarding else "no",
        "loglevel": ssh.log_level,
    }
    assert {name: effective[name] for name in expected} == {
        name: [str(value)] for name, value in expected.items()
    }
    assert sorted(effective.get("allowusers", [])) == sorted(ssh.allowed_users)
    assert sorted(effective.get("allowgroups", [])) == sorted(ssh.allowed_groups)


def test_a_client_from_outside_is_offered_the_chosen_host_keys_and_shown_the_banner(
    login: dict[int, str], ssh: SshSettings
) -> None:
    kinds = {
        "ssh-ed25519": "ed25519",
        "ecdsa-sha2-nistp256": "ecdsa",
        "rsa-sha2-256": "rsa",
        "rsa-sha2-512": "rsa",
    }
    for output in login.values():
        _, _, offer = output.partition("peer server KEXINIT proposal")
        (offered,) = re.findall(r"debug2: host key algorithms: (\S+)", offer)[:1]
        if ssh.host_keys:
            assert {kinds[one] for one in offered.split(",")} <= {*ssh.host_keys}
        for line in (ssh.banner or "").splitlines():
            assert line in output


def test_a_client_from_outside_is_offered_keys_alone(login: dict[int, str]) -> None:
    for output in login.values():
        (first, *_) = re.findall("Authentications that can continue: (.*)", output)
        assert first.strip() == "publickey"


def test_a_client_from_outside_is_offered_strong_algorithms_alone(
    login: dict[int, str], ssh: SshSettings
) -> None:
    for output in login.values():
        _, _, offer = output.partition("peer server KEXINIT proposal")
        values = dict(re.findall(r"debug2: ([A-Za-z ]+): (\S+)", offer))
        for name, wanted in (
            ("KEX algorithms", ssh.key_exchanges),
            ("ciphers ctos", ssh.ciphers),
            ("ciphers stoc", ssh.ciphers),
            ("MACs ctos", ssh.macs),
            ("MACs stoc", ssh.macs),
        ):
            assert not [weak for weak in WEAK if weak in values[name]], f"{name}: {values[name]}"
            own = [one for one in values[name].split(",") if not one.startswith(("ext-info", "kex-strict"))]
            assert own
            assert not wanted or own == list(wanted)


def test_its_keys_are_for_root_alone(host: Any, ssh: SshSettings) -> None:  # noqa: ARG001
    output = host.check_output("stat -c '%a %U' /etc/ssh/ssh_host_*_key")
    assert set(output.splitlines()) == {"600 root"}


def test_the_operator_becomes_root_without_a_prompt(host: Any, described: Host) -> None:
    assert host.check_output("id -u") == "0"
    assert host.check_output("echo $SUDO_USER") == described.data["ssh_user"]
