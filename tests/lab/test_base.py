"""The base on real hosts: who gets in and who does not, what refuses a change, mail, logs, placement."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from deploys.base.settings import BaseSettings, Placement, User
from deploys.base.state import desired
from rigwright import lab
from rigwright.settings.platform import Os, Platform
from tests.support.base_target import (
    NO_PENALTIES,
    PASSWORD,
    SSH_REFUSED,
    BaseTarget,
    install_mail_server,
    login,
    mailing,
    public,
    relay,
    send,
    serve,
)
from tests.support.command import rig


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def target(request: pytest.FixtureRequest) -> Iterator[BaseTarget]:
    system = cast("Os", request.param)
    name = f"b-base{system[-2:]}"
    lab.down(name)
    host = BaseTarget(lab.up(name, system))
    host.install(host.wanted(mail=relay()))
    host.sh(NO_PENALTIES)
    yield host
    lab.down(name)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Private keys of two people; the public halves stand beside them."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("alice", "bob"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(command, check=True)
    return {name: folder / name for name in ("alice", "bob")}


def test_users_log_in_and_may_do_what_they_may(target: BaseTarget, keys: dict[str, Path]) -> None:
    alice = User(name="alice", authorized_keys=[public(keys["alice"])], groups=["adm"], sudo=["ALL"])
    bob = User(name="bob", authorized_keys=[public(keys["bob"])], sudo=["/usr/bin/id", "/usr/bin/id -u"])
    done = target.change(users=[alice, bob])
    assert done.code == 0, done
    assert login(target, "alice", keys["alice"], "sudo -n id -u; id -Gn").stdout.split() == [
        "0",
        "alice",
        "adm",
    ]
    assert login(target, "bob", keys["bob"], "sudo -n id -u").stdout.strip() == "0"
    for forbidden in ("sudo -n id -g", "sudo -n cat /etc/shadow", "sudo -n sh"):
        assert login(target, "bob", keys["bob"], forbidden).returncode == 1, forbidden
    assert login(target, "alice", keys["bob"], "true").returncode == SSH_REFUSED


def test_an_old_key_logs_in_no_longer(target: BaseTarget, keys: dict[str, Path]) -> None:
    assert target.change(users=[User(name="alice", authorized_keys=[public(keys["bob"])])]).code == 0
    assert login(target, "alice", keys["alice"], "true").returncode == SSH_REFUSED
    assert login(target, "alice", keys["bob"], "true").returncode == 0


def test_a_dropped_users_key_stops_working_and_the_account_is_drift(
    target: BaseTarget, keys: dict[str, Path]
) -> None:
    """The bob of the test before is no longer in the settings: the account is there, its key is not."""
    output = target.drift(target.wanted(users=[User(name="alice", authorized_keys=[public(keys["bob"])])]))
    assert [(one.kind, one.where) for one in output] == [("runtime_state.unmanaged", "logins: bob")]
    assert login(target, "bob", keys["bob"], "true").returncode == SSH_REFUSED


def test_a_former_user_is_locked_out_and_keeps_the_files(target: BaseTarget, keys: dict[str, Path]) -> None:
    target.sh("echo mine >/home/alice/work && chown alice: /home/alice/work")
    assert target.change(users=[User(name="alice", authorized_keys=[public(keys["alice"])])]).code == 0
    assert login(target, "alice", keys["alice"], "true").returncode == 0
    assert target.change(former_users=["alice", "bob"]).code == 0
    assert login(target, "alice", keys["alice"], "true").returncode == SSH_REFUSED
    assert target.sh("cat /home/alice/work") == "mine"
    assert target.drift(target.wanted(former_users=["alice", "bob"])) == []


def test_a_former_user_who_comes_back_can_log_in(target: BaseTarget, keys: dict[str, Path]) -> None:
    alice = User(name="alice", authorized_keys=[public(keys["alice"])])
    assert target.change(users=[alice], former_users=["bob"]).code == 0
    assert login(target, "alice", keys["alice"], "true").returncode == 0


def test_an_unmanaged_account_is_drift_and_left_alone(target: BaseTarget) -> None:
    known = ["alice", "bob"]
    target.sh("chage -E -1 bob")  # he was a former user, who is kept out
    target.sh("useradd --create-home --shell /bin/bash mallory; useradd --non-unique --uid 0 toor")
    wanted = target.wanted(known_users=known)
    assert target.apply(wanted).code == 0
    output = {(one.kind, one.where) for one in target.drift(wanted)}
    assert output == {
        ("runtime_state.unmanaged", "logins: mallory"),
        ("runtime_state.unmanaged", "logins: toor"),
    }
    target.sh("sed -i /^toor:/d /etc/passwd /etc/shadow; userdel mallory")
    assert target.drift(wanted) == []


def test_a_rule_that_breaks_sudo_is_refused_before_anything_changes(target: BaseTarget) -> None:
    before = target.sh("cat /etc/sudoers.d/rigwright-users")
    target.sh("echo 'Cmnd_Alias TWICE = /bin/a' >/etc/sudoers.d/other; chmod 440 /etc/sudoers.d/other")
    target.sh("echo 'this is no rule' >>/etc/sudoers.d/other", check=False)
    done = target.change(users=[User(name="carol", sudo=["ALL"])])
    target.sh("rm /etc/sudoers.d/other")
    assert done.code == 22, done
    assert target.sh("cat /etc/sudoers.d/rigwright-users") == before
    target.sh("userdel carol")  # who was made for the check


def test_a_change_after_which_the_operator_has_no_sudo_is_refused(target: BaseTarget) -> None:
    target.sh("id watcher 2>/dev/null || useradd --create-home --shell /bin/bash watcher")
    wanted = desired(BaseSettings(operator="watcher", log_retention_days=9), Platform(target.host.os))
    done = target.apply(wanted)
    assert done.code == 22, done
    assert "watcher" in done.stdout
    assert "maxage 9" not in target.sh("cat /etc/logrotate.d/00-rigwright")


def test_a_uid_is_never_changed_behind_the_back_of_files(target: BaseTarget) -> None:
    done = target.change(users=[User(name="alice", uid=4711)])
    assert done.code == 27, done
    assert "uid" in done.stdout
    assert target.sh("id -u alice") != "4711"


def test_rotated_logs_are_removed_after_the_default_retention(target: BaseTarget) -> None:
    assert target.change(log_retention_days=20, known_users=["alice", "bob", "watcher"]).code == 0
    target.sh("echo '/var/log/rig-test.log { }' >/etc/logrotate.d/zz-test")
    for date, age_days in (("20260101", 30), ("20260102", 5)):
        target.sh(f"touch -d '{age_days} days ago' /var/log/rig-test.log-{date}.gz")
    target.sh("echo x >/var/log/rig-test.log; logrotate -f /etc/logrotate.conf 2>/dev/null", check=False)
    left = target.sh("cd /var/log && ls rig-test.log-*; rm -f rig-test.log* /etc/logrotate.d/zz-test")
    assert "20260102" in left
    assert "20260101" not in left


def test_a_placement_holds_for_what_runs_and_waits_for_what_does_not(target: BaseTarget) -> None:
    placements = [
        Placement(unit="cron.service", cpus="0,1,3", cpu_weight=50, io_weight=30),
        Placement(unit="later.service", cpu_weight=20),
    ]
    wanted = target.wanted(placements=placements, known_users=["alice", "bob", "watcher"])
    assert target.apply(wanted).code == 0
    show = "systemctl show -p AllowedCPUs,CPUWeight,IOWeight cron.service"
    held = {"AllowedCPUs=0-1 3", "CPUWeight=50", "IOWeight=30"}
    assert set(target.sh(show).splitlines()) == held
    # Without what was set at run time, as after a boot, the drop-in has the same values.
    target.sh("rm -rf /run/systemd/system.control/cron.service.d && systemctl daemon-reload")
    assert set(target.sh(show).splitlines()) == held
    assert target.drift(wanted) == []


def test_limits_hold_for_what_runs_without_a_restart_and_a_change_of_them_is_drift(
    target: BaseTarget,
) -> None:
    unit = "unattended-upgrades.service"  # one that the base itself manages
    started = target.sh(f"systemctl show -P ExecMainPID {unit}")
    limits = Placement(unit=unit, memory_high=80 * 2**20, memory_max=96 * 2**20, cpu_percent=150)
    known = ["alice", "bob", "watcher"]
    wanted = target.wanted(placements=[limits], known_users=known)
    assert target.apply(wanted).code == 0
    show = f"systemctl show -p MemoryHigh,MemoryMax,CPUQuotaPerSecUSec,ExecMainPID {unit}"
    held = {
        "MemoryHigh=83886080",
        "MemoryMax=100663296",
        "CPUQuotaPerSecUSec=1.500000s",
        f"ExecMainPID={started}",
    }
    assert set(target.sh(show).splitlines()) == held
    target.sh("systemctl daemon-reload")
    assert set(target.sh(show).splitlines()) == held
    assert target.drift(wanted) == []
    target.sh(f"systemctl set-property --runtime {unit} MemoryMax=infinity CPUQuota=20%")
    found = {one.where for one in target.drift(wanted) if one.kind.startswith("runtime_state")}
    assert found == {f"placement: {unit} MemoryMax", f"placement: {unit} CPUQuotaPerSecUSec"}
    assert target.apply(wanted).code == 0
    assert set(target.sh(show).splitlines()) == held
    assert target.sh("ls /run/systemd/system.control/unattended-upgrades.service.d 2>/dev/null || :") == ""


def test_a_user_with_another_name_has_an_existing_home_and_a_key_for_one_command(
    target: BaseTarget, keys: dict[str, Path]
) -> None:
    target.sh("mkdir -p /srv/people/bot && echo old >/srv/people/bot/work && chown 4242:4242 /srv/people/bot")
    line = f'restrict,command="id -un; cat work" {public(keys["alice"])}'
    bot = User(name="Render.Bot-2", home="/srv/people/bot", authorized_keys=[line], sudo=["/usr/bin/id"])
    done = target.change(users=[bot], known_users=["alice", "bob", "watcher"])
    assert done.code == 27, done
    assert "is of the uid 4242: set uid=4242" in done.stdout
    given = bot.model_copy(update={"uid": 4242})
    assert target.change(users=[given], known_users=["alice", "bob", "watcher"]).code == 0
    found = login(target, "Render.Bot-2", keys["alice"], "cat /etc/hostname")
    assert found.stdout.split() == ["Render.Bot-2", "old"]
    assert target.sh("sudo -l -U Render.Bot-2").split("NOPASSWD: ")[1] == '/usr/bin/id ""'
    assert target.drift(target.wanted(users=[given], known_users=["alice", "bob", "watcher"])) == []
    here = target.sh("ss -Htn state established sport = :22").split()[3].rpartition(":")[0]
    elsewhere = f'from="192.0.2.7" {public(keys["alice"])}'
    only = given.model_copy(update={"authorized_keys": (elsewhere,)})
    assert target.change(users=[only], known_users=["alice", "bob", "watcher"]).code == 0
    assert login(target, "Render.Bot-2", keys["alice"], "true").returncode == SSH_REFUSED
    from_here = only.model_copy(update={"authorized_keys": (elsewhere.replace("192.0.2.7", here),)})
    assert target.change(users=[from_here], known_users=["alice", "bob", "watcher"]).code == 0
    assert login(target, "Render.Bot-2", keys["alice"], "true").returncode == 0
    target.sh("userdel --force Render.Bot-2", check=False)


@pytest.fixture(scope="module")
def server(target: BaseTarget) -> BaseTarget:
    """The host with a mail server of its own, whose name and authority it knows."""
    install_mail_server(target)
    return target


def test_mail_for_root_reaches_the_administrator_over_tls(server: BaseTarget) -> None:
    assert mailing(server).code == 0
    serve(server)
    code, (output,) = send(server)
    assert code == "0"
    assert output["tls"] in ("TLSv1.2", "TLSv1.3")
    assert base64.b64decode(output["auth"]).split(b"\0")[1:] == [b"studio@rig.test", PASSWORD.encode()]
    assert output["to"] == ["operator@rig.test"]
    assert "Subject: It works" in output["mail"]


def test_only_root_reads_the_password_and_sends_with_it(server: BaseTarget) -> None:
    assert server.sh("runuser -u alice -- cat /etc/msmtprc 2>&1 || :").endswith("Permission denied")
    assert server.sh("stat -c '%U:%G %a' /etc/msmtprc") == "root:root 600"
    assert server.sh("echo x | runuser -u alice -- sendmail root >/dev/null 2>&1 && echo sent || :") == ""
    assert PASSWORD not in server.sh("grep -rs correct /var/lib/rigwright /var/log || :")


def test_a_server_with_another_authority_gets_no_password(server: BaseTarget) -> None:
    assert mailing(server, ca_bundle="/etc/ssl/other.pem").code == 0
    serve(server)
    code, output = send(server)
    assert code != "0"
    assert [one["auth"] for one in output] == [None]


def test_a_server_without_tls_gets_no_password(server: BaseTarget) -> None:
    assert mailing(server).code == 0
    serve(server, "plain")
    code, output = send(server)
    assert code != "0"
    assert [one["auth"] for one in output] == [None]


OPERATORS_KEYS = """
from deploys.base.settings import BaseSettings, User
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host

_user = User(name="{user}", authorized_keys=["{key}"], sudo=["ALL"])
_known = ["alice", "bob", "watcher"]
_base = BaseSettings(operator="{user}", users=[_user], known_users=_known)
hosts = [
    ssh_host("{name}", Rig(machine=Machine(os="{os}"), base=_base), address="{address}", port={port},
             user="{user}", key="{private}", known_hosts="{known_hosts}")
]
"""


def test_a_key_that_locks_the_operator_out_is_taken_back(
    target: BaseTarget, keys: dict[str, Path], tmp_path: Path
) -> None:
    """Rigwright's own next login decides, and it has another key than the one that is named."""
    host = target.host
    inventory = tmp_path / "operator.py"

    def apply(key: str) -> subprocess.CompletedProcess[str]:
        text = OPERATORS_KEYS.format(
            user=host.user, key=key, name=host.name, os=host.os, address=host.address, port=host.port,
            private=host.key, known_hosts=host.known_hosts,
        )  # fmt: skip
        inventory.write_text(text)
        return rig("apply", inventory, "--adopt")

    derive = ["ssh-keygen", "-y", "-f", str(host.key)]
    own = subprocess.run(derive, capture_output=True, text=True, check=True).stdout.strip()
    done = apply(own)
    assert done.returncode == 0, done.stdout
    done = apply(public(keys["bob"]))
    assert done.returncode == 1, done.stdout
    assert "its old state is restored" in done.stdout
    assert login(target, host.user, Path(host.key), "sudo -n true").returncode == 0
    assert apply(own).returncode == 0
