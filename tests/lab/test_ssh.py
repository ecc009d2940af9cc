"""sshd on a real host: whom it lets in, what other files do to it, and what becomes of it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest

from deploys.ssh.settings import SshSettings
from rigwright.compare.subsystem import retired
from rigwright.desired import Desired
from rigwright.drift.preflight import refusal_reason
from rigwright.settings.platform import Os
from tests.support.guarded import Guarded, guarded_host, in_a_hurry, reached
from tests.support.waiting import wait_until

OTHER = "/etc/ssh/sshd_config.d/50-cloud-init.conf"
EARLIER = "/etc/ssh/sshd_config.d/00-before.conf"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, and on every other system too when every case is to be tried."""
    more = ["debian12", "ubuntu2404", "ubuntu2204"] if metafunc.config.getoption("--exhaustive") else []
    metafunc.parametrize("host", ["debian13", *more], indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    system = cast("Os", request.param)
    with guarded_host(f"f-ssh{system.removeprefix('debian').removeprefix('ubuntu')}", system) as found:
        yield found


@pytest.fixture(scope="module")
def kept(host: Guarded) -> Desired:
    """The defaults of sshd, applied while a person is logged in."""
    wanted = host.ssh(SshSettings())
    by_its_socket(host)
    before = host.connection
    host.keep(wanted)
    assert host.connection is before, "no session was cut"
    return wanted


def ssh(host: Guarded, *options: str, user: str = "operator") -> subprocess.CompletedProcess[str]:
    """OpenSSH's own client, with the lab's key."""
    program, *flags, _ = host.host.ssh()
    command = [program, "-oLogLevel=INFO", *flags, "-oBatchMode=yes", *options]
    place = f"{user}@{host.host.address}"
    return subprocess.run([*command, place, "id", "-un"], capture_output=True, text=True, check=False)


def greets(host: Guarded, mark: str) -> bool:
    """Whether sshd sends this mark; while it reloads it sends none for a moment."""
    try:
        return host.greeting().endswith(mark)
    except OSError:
        return False


def found(host: Guarded, wanted: Desired) -> set[tuple[str, str]]:
    return {(finding.kind, finding.where) for finding in host.drift(wanted)}


def by_its_socket(host: Guarded) -> None:
    """Started by its socket, as on a fresh Ubuntu 24.04; systemd was queried for its other name."""
    host.sh("systemctl disable -q --now ssh.service && systemctl enable -q --now ssh.socket")
    wait_until(lambda: greets(host, ""))
    host.sh("systemctl show sshd.service >/dev/null")


def test_a_socket_activated_sshd_comes_back_when_the_change_is_not_confirmed(host: Guarded) -> None:
    by_its_socket(host)
    before = host.greeting()
    assert host.apply(in_a_hurry(host.ssh(SshSettings()))).code == 0
    assert host.sh("systemctl is-active ssh.socket", check=False) == "inactive"
    wait_until(lambda: not host.pending())
    assert host.sh("systemctl is-active ssh.socket") == "active"
    assert host.sh("systemctl is-enabled ssh.service ssh.socket", check=False).split() == [
        "disabled",
        "enabled",
    ]
    assert host.greeting() == before


@pytest.mark.usefixtures("kept")
def test_the_service_listens_by_itself_where_a_socket_did(host: Guarded) -> None:
    assert host.sh("systemctl is-active ssh.service ssh.socket", check=False).split() == [
        "active",
        "inactive",
    ]
    assert host.sh("systemctl is-enabled ssh.service ssh.socket", check=False).split() == [
        "enabled",
        "disabled",
    ]
    assert 'users:(("sshd"' in host.sh("ss -Hltnp sport = :22")
    assert "systemd" not in host.sh("ss -Hltnp sport = :22")


def test_the_nightly_check_reaches_sshd_where_it_listens(host: Guarded, kept: Desired) -> None:
    """Its unit may connect to loopback alone, and to what a subsystem names."""
    wanted = host.ssh(SshSettings(listen_addresses=[host.host.address]))
    host.keep(wanted)
    host.sh("systemctl start rigwright-drift", check=False)
    night = json.loads(host.sh("cat /var/lib/rigwright/drift.json"))
    assert [one for one in night["findings"] if one["subsystem"] == "ssh"] == []
    host.keep(kept)


@pytest.mark.usefixtures("kept")
def test_a_key_lets_in_and_neither_root_nor_a_weak_cipher_does(host: Guarded) -> None:
    assert ssh(host).stdout == "operator\n"
    host.sh("install -D -m 600 ~operator/.ssh/authorized_keys /root/.ssh/authorized_keys")
    assert "Permission denied (publickey)" in ssh(host, user="root").stderr
    for option in ("-oCiphers=aes128-cbc", "-oMACs=hmac-sha1", "-oKexAlgorithms=ecdh-sha2-nistp256"):
        assert "no matching" in ssh(host, option, "-oCiphers=aes128-ctr").stderr, option
    assert ssh(host, "-oKexAlgorithms=sntrup761x25519-sha512@openssh.com").stdout == "operator\n"


def test_a_file_that_is_read_later_changes_nothing(host: Guarded, kept: Desired) -> None:
    host.sh(f"printf 'Port 2022\\nPasswordAuthentication yes\\nPermitRootLogin yes\\n' >{OTHER}")
    host.sh("systemctl reload ssh")
    assert host.drift(kept) == []
    assert not reached(host.host.address, 2022)
    assert "Permission denied (publickey)" in ssh(host, user="root").stderr
    host.sh(f"rm {OTHER}")
    host.keep(kept)  # which reads the files as they are, and knows of it


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (EARLIER, "MaxAuthTries 9", 1),
        (OTHER, "ListenAddress 0.0.0.0:2022", 1),
        (OTHER, "Match User root\\nPermitRootLogin yes", 2),
    ],
)
def test_a_file_that_overrides_ours_is_found_and_named(
    host: Guarded, kept: Desired, path: str, text: str, line: int
) -> None:
    directive = text.rsplit("\\n", maxsplit=1)[-1]
    host.sh(f"printf '{text}\\n' >{path}")
    assert found(host, kept) == {("runtime_state.value", f"sshd -T: {directive.split()[0].lower()}")}
    done = host.apply(host.ssh(SshSettings(max_sessions=7)))
    host.sh(f"rm {path}")
    assert (done.code, "sshd -T refused the new files" in done.stdout) == (22, True)
    assert f"{path}:{line}: {directive}" in done.stdout
    assert host.drift(kept) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("TrustedUserCAKeys /etc/ssh/ca.pub", {"trustedusercakeys"}),
        (
            "AuthorizedKeysCommand /usr/bin/true\\nAuthorizedKeysCommandUser games",
            {"authorizedkeyscommand"},
        ),
        ("AuthorizedKeysFile /etc/ssh/keys/%%u", {"authorizedkeysfile"}),
        ("DenyUsers games", {"denyusers"}),
        ("UsePAM no", {"usepam"}),
        ("Match Address 10.0.0.0/8\\nPasswordAuthentication yes", {"passwordauthentication"}),
        ("Match Group games\\nForceCommand /bin/sh", {"forcecommand"}),
    ],
)
def test_what_lets_in_or_keeps_out_elsewhere_is_found_with_its_line(
    host: Guarded, kept: Desired, text: str, names: set[str]
) -> None:
    host.sh(f"printf '{text}\\n' >{EARLIER}")
    findings = host.drift(kept)
    host.sh(f"rm {EARLIER}")
    assert {finding.where for finding in findings} == {f"sshd -T: {name}" for name in names}
    assert all(f"{EARLIER}:" in str(finding.actual) for finding in findings)
    assert host.drift(kept) == []


def test_drop_ins_that_sshd_would_not_read_are_named_before_anything_changes(
    host: Guarded, kept: Desired
) -> None:
    host.sh("cp -p /etc/ssh/sshd_config /root/main && sed -i '/^Include/d' /etc/ssh/sshd_config")
    findings = host.drift(kept)
    host.sh("cp -p /root/main /etc/ssh/sshd_config")
    first = findings[0]
    assert (first.kind, first.actual) == ("host.requirement", "missing")
    assert "put Include /etc/ssh/sshd_config.d/*.conf at the head of /etc/ssh/sshd_config" in first.summary
    assert refusal_reason(findings, adopt=True) is not None
    assert host.drift(kept) == []


def test_the_running_sshd_is_probed_not_its_files(host: Guarded, kept: Desired) -> None:
    """The files are right again, but sshd was started from others."""
    path = "/etc/ssh/sshd_config.d/00-rigwright.conf"
    host.sh(f"cp -p {path} /root/ours && sed -i 's/rig-.*/rig-other/' {path}")
    host.sh("systemctl reload ssh")
    wait_until(lambda: greets(host, "rig-other"))
    host.sh(f"cp -p /root/ours {path}")
    assert found(host, kept) == {
        ("probe.failed", "sshd with this configuration"),
        ("load.unknown", "ssh.service"),
    }
    host.keep(kept)


@pytest.mark.usefixtures("kept")
def test_sshd_comes_back_whatever_ended_it(host: Guarded) -> None:
    """Even where it failed with 255, with which the distribution's unit gives up for good."""
    assert (
        host.sh("systemctl show -p Restart -p RestartPreventExitStatus ssh")
        == "Restart=always\nRestartPreventExitStatus="
    )
    starts = "systemctl show -p NRestarts --value ssh"
    before = int(host.sh(starts))
    host.sh("systemctl kill --kill-who=main --signal=KILL ssh")
    wait_until(lambda: int(host.sh(starts)) > before and greets(host, ""), seconds=20)


def test_a_change_is_made_where_sshd_is_down(host: Guarded, kept: Desired) -> None:
    """With a session that is open still; its unit has removed the folder that sshd needs."""
    host.sh("systemctl stop ssh && test ! -e /run/sshd")
    assert found(host, kept) == {("unit.state", "ssh.service")}
    host.keep(kept)
    assert ssh(host).stdout == "operator\n"


def test_an_sshd_that_was_disabled_while_it_ran_is_enabled_again_and_restarted(
    host: Guarded, kept: Desired
) -> None:
    """Its second name comes back with that: systemd would forget it, and start another on the same port."""
    drop_in = "/etc/systemd/system/ssh.service.d/rigwright.conf"
    host.sh(f"systemctl disable -q ssh; echo '# mine' >>{drop_in}; systemctl daemon-reload")
    assert found(host, kept) == {("unit.enabled", "ssh.service"), ("file.content", drop_in)}
    host.keep(kept)
    assert host.sh("systemctl is-active ssh; pgrep -c -f '[s]shd.*listener'").split() == ["active", "1"]
    assert ssh(host).stdout == "operator\n"


@pytest.mark.usefixtures("kept")
def test_a_port_moves_in_two_steps(host: Guarded, kept: Desired) -> None:
    host.keep(host.ssh(SshSettings(ports=[22, 2222])))
    assert {host.greeting(22), host.greeting(2222)} == {host.greeting(22)}
    host.keep(kept)
    assert not reached(host.host.address, 2222)


def test_a_host_whose_inventory_drops_ssh_still_lets_people_in(host: Guarded, kept: Desired) -> None:
    """With the distribution's configuration, which the running sshd has read."""
    assert kept.confirm_seconds == 120
    (gone,) = retired([replace(kept, subsystem="rigwright")], host.observe())
    assert gone.subsystem == "ssh"
    host.keep(gone)
    assert host.sh("ls /etc/ssh/sshd_config.d /etc/systemd/system/ssh.service.d") .split() == [
        "/etc/ssh/sshd_config.d:", "/etc/systemd/system/ssh.service.d:",
    ]  # fmt: skip
    assert "rig-" not in host.greeting()
    assert ssh(host).stdout == "operator\n"
    assert host.sh("systemctl is-active ssh.service ssh.socket", check=False).split() == [
        "active",
        "inactive",
    ]
    assert host.sh("sshd -T | grep -c '^passwordauthentication yes'") == "1"
