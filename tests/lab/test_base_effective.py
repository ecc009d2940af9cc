"""What counts on a real host beside files of others, and who or what stands in the base's way."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from deploys.base.settings import User
from rigwright import lab
from rigwright.desired import Desired, File
from rigwright.finding import Finding
from rigwright.lab.recipe import OPERATOR
from rigwright.settings.platform import Os
from tests.support.base_target import NO_PENALTIES, BaseTarget, login, public

HOSTNAME = "web1.example.org"


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def target(request: pytest.FixtureRequest) -> Iterator[BaseTarget]:
    system = cast("Os", request.param)
    name = f"b-eff{system[-2:]}"
    lab.down(name)
    host = BaseTarget(lab.up(name, system))
    host.install(host.wanted())
    host.sh(NO_PENALTIES)
    yield host
    lab.down(name)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The private key of alice; the public half stands beside it."""
    path = tmp_path_factory.mktemp("keys") / "alice"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "alice", "-f", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture
def wanted(target: BaseTarget, key: Path) -> Desired:
    """The base with alice, applied and in sync."""
    alice = User(name="alice", authorized_keys=[public(key)], sudo=["ALL"])
    desired = target.wanted(users=[alice], hostname=HOSTNAME)
    done = target.apply(desired)
    assert done.code == 0, done
    assert target.drift(desired) == []
    return desired


def shown(findings: list[Finding]) -> dict[str, str | None]:
    return {finding.where: finding.actual for finding in findings}


LATER = {
    "/etc/apt/apt.conf.d/99local": (
        'Unattended-Upgrade::Origins-Pattern { "origin=Zabbix"; };'
        ' Unattended-Upgrade::Automatic-Reboot "true";'
    ),
    "/etc/apt/apt.conf.d/98off": 'APT { Periodic { Enable "0"; }; };',
    "/run/systemd/journald.conf.d/zz.conf": "[Journal]\nStorage=volatile",
    "/etc/logrotate.d/zz": "rotate 1",
    "/etc/needrestart/conf.d/zz.conf": '$nrconf{restart} = "a";',
    "/etc/sysctl.d/99-zz.conf": "net/ipv4/conf/all/accept_redirects = 1",
}


def test_a_later_file_that_takes_away_what_ours_sets_is_named(target: BaseTarget, wanted: Desired) -> None:
    for path, text in LATER.items():
        target.sh(f"mkdir -p {path.rpartition('/')[0]}; printf '%s\\n' '{text}' >{path}")
    assert shown(target.drift(wanted)) == {
        "effective settings: apt APT::Periodic::Enable": "0 (/etc/apt/apt.conf.d/98off)",
        "effective settings: apt Unattended-Upgrade::Origins-Pattern": (
            "with origin=Zabbix (/etc/apt/apt.conf.d/99local)"
        ),
        "effective settings: apt Unattended-Upgrade::Automatic-Reboot": "true (/etc/apt/apt.conf.d/99local)",
        "effective settings: journald Storage": "volatile (/run/systemd/journald.conf.d/zz.conf)",
        "effective settings: logrotate rotate": "1 (/etc/logrotate.d/zz)",
        "effective settings: needrestart restart": "a (/etc/needrestart/conf.d/zz.conf)",
        "effective settings: sysctl net.ipv4.conf.all.accept_redirects": "1 (/etc/sysctl.d/99-zz.conf)",
    }
    target.sh(f"rm {' '.join(LATER)}")
    assert target.drift(wanted) == []


def test_a_whole_tree_of_options_that_is_cleared_is_found(target: BaseTarget, wanted: Desired) -> None:
    target.sh("echo '#clear Unattended-Upgrade;' >/etc/apt/apt.conf.d/99clear")
    found = shown(target.drift(wanted))
    assert "without" in str(found["effective settings: apt Unattended-Upgrade::Origins-Pattern"])
    target.sh("rm /etc/apt/apt.conf.d/99clear")


def test_a_user_made_under_ageing_passwords_logs_in_for_ever(
    target: BaseTarget, wanted: Desired, key: Path
) -> None:
    target.sh("userdel -r alice 2>/dev/null; sed -i 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 60/' /etc/login.defs")
    assert target.apply(wanted).code == 0
    target.sh("chage -d 2026-01-01 alice; sed -i 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 99999/' /etc/login.defs")
    assert login(target, "alice", key, "id -un").stdout == "alice\n"
    assert target.drift(wanted) == []


def test_an_age_that_keeps_a_user_out_is_found_and_fixed(
    target: BaseTarget, wanted: Desired, key: Path
) -> None:
    target.sh("chage -M 60 -d 2026-01-01 alice")
    assert login(target, "alice", key, "true").returncode != 0
    assert shown(target.drift(wanted)) == {"users: alice.ageing": "expires after 60 days"}
    assert target.apply(wanted).code == 0
    assert login(target, "alice", key, "true").returncode == 0
    target.sh("chage -d 0 alice")
    assert shown(target.drift(wanted)) == {"users: alice.ageing": "must be changed at the next login"}
    assert target.apply(wanted).code == 0
    assert login(target, "alice", key, "true").returncode == 0


def test_an_operator_who_will_be_kept_out_is_found(target: BaseTarget, wanted: Desired) -> None:
    target.sh(f"chage -M 60 -d $(date +%F) {OPERATOR}")
    (finding,) = target.drift(wanted)
    assert finding.where == f"kept out: {OPERATOR}"
    assert f"chage -M -1 {OPERATOR}" in str(finding.actual)
    target.sh(f"chage -M -1 {OPERATOR}; touch /etc/nologin")
    found = shown(target.drift(wanted))  # over a connection from before
    target.sh("rm /etc/nologin")
    assert found == {"kept out: all but root": "by /etc/nologin: remove it"}
    assert target.drift(wanted) == []


def test_redirects_of_an_interface_are_found_and_refused_again(target: BaseTarget, wanted: Desired) -> None:
    target.sh("sysctl -qw net.ipv6.conf.lo.accept_redirects=1 net.ipv4.conf.all.rp_filter=0")
    assert shown(target.drift(wanted)) == {
        "sysctl: net.ipv6.conf.all.accept_redirects": "0, 1 on lo",
        "sysctl: net.ipv4.conf.all.rp_filter": "0",
    }
    assert target.apply(wanted).code == 0
    assert target.sh("sysctl -n net.ipv6.conf.lo.accept_redirects") == "0"


def test_a_provider_that_rewrites_the_hosts_names_is_named_and_kept_from_it(
    target: BaseTarget, wanted: Desired
) -> None:
    target.sh(
        """
        mkdir -p /etc/cloud/cloud.cfg.d /var/lib/cloud/instance
        printf 'cloud_init_modules:\n  - seed_random\n  - update_etc_hosts\n' >/etc/cloud/cloud.cfg
        printf '#cloud-config\nmanage_etc_hosts: true\n' >/var/lib/cloud/instance/cloud-config.txt
        """
    )
    (finding,) = target.drift(wanted)
    assert finding.actual == (
        "rewritten at each boot by cloud-init (manage_etc_hosts in /var/lib/cloud/instance/cloud-config.txt)"
    )
    assert target.apply(wanted).code == 0
    assert target.drift(wanted) == []
    assert "etc_hosts" not in target.sh("cat /etc/cloud/cloud.cfg.d/99-rigwright.cfg")
    target.sh("rm -r /etc/cloud /var/lib/cloud")


def test_the_refusal_of_a_file_of_sudo_has_visudos_words(target: BaseTarget, wanted: Desired) -> None:
    target.sh("echo 'games ALL=ALL' >/etc/sudoers.d/other; chmod 666 /etc/sudoers.d/other")
    target.sh("sysctl -qw net.ipv4.tcp_syncookies=0")  # so that there is something to apply
    done = target.apply(wanted)
    assert done.code != 0
    assert "visudo -c refused the new files" in done.stdout
    assert "/etc/sudoers.d/other: bad permissions" in done.stdout
    assert "parsed OK" not in done.stdout
    target.sh("rm /etc/sudoers.d/other")
    assert target.apply(wanted).code == 0


def test_an_owner_without_an_account_is_named_with_the_file(target: BaseTarget, wanted: Desired) -> None:
    """The account of a package that no subsystem makes anew."""
    owned = File("/etc/rig-owned", b"own\n", owner="_rig", group="_rig")
    changed = Desired.merge(wanted, Desired("base", files=(owned,)))
    done = target.apply(changed)
    assert done.code != 0
    assert "there is no account _rig, to which /etc/rig-owned belongs" in done.stdout
    assert target.sh("test -e /etc/rig-owned; echo $?") == "1"
