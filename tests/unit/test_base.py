"""The base: what is refused, and what becomes of users, names and kernel settings."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from pydantic import ValidationError

from deploys.base.keys import options
from deploys.base.settings import BaseSettings, User
from deploys.base.state import desired
from inventories.scenarios.base import ALICE, BOB
from rigwright.desired import Desired, RuntimeState
from rigwright.settings.platform import Platform


def wanted(**settings: Any) -> Desired:
    return desired(BaseSettings(**settings), Platform("debian13"))


def state(of: Desired, name: str) -> RuntimeState:
    return next(one for one in of.runtime_states if one.name == name)


def rsa(bits: int) -> str:
    """A public key of that size, as ssh-keygen writes it."""
    fields = [b"ssh-rsa", b"\x01\x00\x01", b"\x00" + (1 << (bits - 1)).to_bytes(bits // 8, "big")]
    blob = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return f"ssh-rsa {base64.b64encode(blob).decode()} alice"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
        (f"{ALICE}\n{BOB}", "one line"),
        ("ssh-dss AAAA", "must begin with"),
        (f"environment=A {ALICE}", "must begin with"),
        (f"cert-authority {ALICE}", "cert-authority is none of"),
        (f'restrict="x" {ALICE}', "restrict is none of"),
        (f"from {ALICE}", "from needs a value"),
        (f'from="10.0.0.1 {ALICE}', "must begin with"),
        (f'from="10.0.0.1"{ALICE}', "must begin with"),
        (f"restrict, {ALICE}", "must begin with"),
        (f"restrict {rsa(2048)}", "2048 bits"),
        ("ssh-ed25519 !!!!", "no public key"),
        ("ssh-ed25519", "no public key"),
        (ALICE.split()[0] + " " + ALICE.split()[1][:40], "cut off"),
        ("ssh-rsa " + ALICE.split()[1], "kind of key"),
        (rsa(2048), "2048 bits"),
    ],
)
def test_what_is_no_good_public_key_is_refused(key: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as refused:
        User(name="alice", authorized_keys=[key])
    assert "BEGIN" not in str(refused.value)


def test_a_long_rsa_key_is_taken() -> None:
    assert User(name="alice", authorized_keys=[rsa(3072)]).authorized_keys == (rsa(3072),)


def test_options_may_stand_before_a_key() -> None:
    line = rf'from="10.0.0.0/8,!10.1.2.3",restrict,command="echo \"a b\", c" {ALICE}'
    assert User(name="alice", authorized_keys=[line]).authorized_keys == (line,)
    assert options(line) == {"from": "10.0.0.0/8,!10.1.2.3", "restrict": None, "command": r"echo \"a b\", c"}
    with pytest.raises(ValidationError, match="one key is there twice"):
        User(name="alice", authorized_keys=[ALICE, line])


@pytest.mark.parametrize("name", ["alice.smith", "Render-Bot", "_apt2", "a" * 32])
def test_names_of_users_have_dots_hyphens_and_capitals(name: str) -> None:
    user = User(name=name, authorized_keys=[ALICE], sudo=["ALL"])
    files = {file.path: file.content for file in wanted(users=[user]).files}
    assert files[f"/home/{name}/.ssh/authorized_keys"].endswith(f"{ALICE}\n".encode())
    rule = f"\n{name} ALL=(ALL:ALL) NOPASSWD: ALL\n"
    assert rule.encode() in files["/etc/sudoers.d/rigwright-users"]


def test_a_home_elsewhere_is_taken_as_it_is() -> None:
    user = User(name="bot", home="/srv/people/bot", authorized_keys=[ALICE])
    found = wanted(users=[user])
    assert "/srv/people/bot/.ssh/authorized_keys" in found.paths
    assert ("bot.home", "/srv/people/bot") in state(found, "users").expected
    with pytest.raises(ValidationError, match="two have the home"):
        BaseSettings(users=[user, User(name="other", home="/srv/people/bot")])


@pytest.mark.parametrize(
    "name", ["ALL", "A_1", "alice;id", "", "-alice", "a" * 33, "alice bob", "al/ice", ".alice"]
)
def test_what_is_no_user_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        User(name=name)


@pytest.mark.parametrize("command", ["/bin/sh *", "!/bin/sh", "id", "/bin/sh; id", "/bin/a, ALL", "all", ""])
def test_a_sudo_command_that_would_be_more_than_itself_is_refused(command: str) -> None:
    with pytest.raises(ValidationError):
        User(name="alice", sudo=[command])


def test_a_sudo_command_allows_its_arguments_and_no_others() -> None:
    user = User(name="bob", sudo=["/usr/bin/id", "/usr/bin/env A=b,c:d", "ALL"])
    assert user.sudo_rules == ('/usr/bin/id ""', r"/usr/bin/env A\=b\,c\:d", "ALL")


@pytest.mark.parametrize(
    "change",
    [
        {"sudo": []},
        {"authorized_keys": []},
        {"authorized_keys": [f'command="true" {ALICE}']},
        {"login_shell": "/usr/sbin/nologin"},
        {"sudo": ["/usr/bin/id"]},
    ],
)
def test_settings_that_would_lock_the_operator_out_are_refused(change: dict[str, Any]) -> None:
    good: dict[str, Any] = {"name": "operator", "authorized_keys": [ALICE], "sudo": ["ALL"]}
    BaseSettings(operator="operator", users=[User(**good)])
    with pytest.raises(ValidationError, match="operator that Rigwright logs in as"):
        BaseSettings(operator="operator", users=[User(**{**good, **change})])


def test_the_operator_cannot_have_left() -> None:
    with pytest.raises(ValidationError, match="name another first"):
        BaseSettings(operator="operator", former_users=["operator"])


def test_a_change_of_the_operators_own_keys_waits_for_a_new_login() -> None:
    user = User(name="operator", authorized_keys=[ALICE], sudo=["ALL"])
    assert wanted(operator="operator", users=[user]).confirm_seconds == 120
    assert wanted(operator="operator", users=[User(name="alice")]).confirm_seconds == 0


def test_the_operators_sudo_is_tried_before_anything_is_replaced() -> None:
    checks = {check.command for check in wanted(operator="deploy").checks}
    assert "runuser -u deploy -- sudo -n true" in checks
    assert not any("runuser" in check.command for check in wanted().checks)


@pytest.mark.parametrize(
    "settings",
    [
        {"users": [User(name="alice"), User(name="alice")]},
        {"users": [User(name="alice")], "former_users": ["alice"]},
        {"users": [User(name="alice")], "known_users": ["alice"]},
        {"users": [User(name="alice", uid=2000), User(name="bob", uid=2000)]},
    ],
)
def test_no_account_is_named_twice(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"twice|two have"):
        BaseSettings(**settings)


@pytest.mark.parametrize(
    "user",
    [
        {"authorized_keys": [ALICE, f"{ALICE}-again"]},
        {"groups": ["adm", "adm"]},
        {"sudo": ["ALL", "ALL"]},
        {"groups": ["alice"]},
    ],
)
def test_nothing_of_a_user_is_there_twice(user: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"twice|already"):
        User(name="alice", **user)


def test_root_is_no_user_to_be_kept() -> None:
    with pytest.raises(ValidationError, match="root"):
        User(name="root")


def test_keys_belong_to_the_user_and_no_one_else_reads_them() -> None:
    user = User(name="alice", authorized_keys=[ALICE])
    file = next(file for file in wanted(users=[user]).files if file.path.startswith("/home"))
    assert (file.path, file.mode, file.owner) == ("/home/alice/.ssh/authorized_keys", 0o600, "alice")
    assert file.content.decode().splitlines()[1:] == [ALICE]


def test_users_are_made_before_the_files_that_they_own() -> None:
    users = state(wanted(users=[User(name="alice", groups=["b", "a"])]), "users")
    assert users.when == "before_check"
    assert ("alice.groups", "a b") in users.expected


def test_unmanaged_logins_are_reported_and_have_no_remediation() -> None:
    logins = state(wanted(operator="operator", known_users=["agent"]), "logins")
    assert (logins.exact, logins.expected, logins.remediation) == (True, (), "")
    assert logins.command.startswith("set -- agent operator\n")


def test_a_host_name_with_a_domain_is_short_in_the_kernel_and_whole_in_hosts() -> None:
    expected = dict(state(wanted(hostname="web.example.com"), "system").expected)
    assert expected["hostname"] == expected["/etc/hostname"] == "web"
    assert expected["/etc/hosts"] == "web.example.com web"
    assert dict(state(wanted(hostname="web"), "system").expected)["/etc/hosts"] == "web"
    assert "hostname" not in dict(state(wanted(), "system").expected)


def test_settings_of_a_shared_kernel_are_compared_separately() -> None:
    of = wanted(sysctls={"net.ipv4.ip_forward": 1, "vm.swappiness": 10, "net.core.rmem_max": 1})
    assert state(of, "sysctl").expected == (("net.ipv4.ip_forward", "1"),)
    assert "vm.swappiness" in state(of, "kernel").command
    assert "net.core.rmem_max" in state(of, "kernel").command
    assert not {"sysctl", "kernel"} & {one.name for one in wanted(sysctls={}).runtime_states}


@pytest.mark.parametrize(
    "settings", [{"net.ipv4.x": "1; id"}, {"swappiness": 1}, {"vm.x'": 1}, {"vm.x": "a\nb"}]
)
def test_what_is_no_kernel_setting_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BaseSettings(sysctls=settings)
