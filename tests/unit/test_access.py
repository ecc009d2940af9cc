"""Who can log in, as a host tells it, and what of it nobody declared."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploys.base.settings import BaseSettings, User
from deploys.base.state import desired
from inventories.scenarios.base import ALICE, BOB
from rigwright.access import judge, terminal
from rigwright.access.people import Account, key
from rigwright.access.survey import Looked, logins, looked, verdict
from rigwright.desired import Login
from rigwright.errors import Exit, RigError
from rigwright.host import access
from rigwright.inventory.load import Host, load
from rigwright.remote.ssh import Done
from rigwright.settings.platform import Platform
from tests.support.command import ROOT

SET: dict[str, Any] = {"password": "set"}
PATH = "/home/alice/.ssh/authorized_keys"


@pytest.mark.parametrize(
    ("line", "options"),
    [
        (ALICE, ""),
        (f"restrict {ALICE}", "restrict"),
        (f'command="echo ssh-rsa \\"AAAA\\" b",no-pty {ALICE}', 'command="echo ssh-rsa \\"AAAA\\" b",no-pty'),
        (f"  cert-authority\t{ALICE}".strip(), "cert-authority"),
    ],
)
def test_a_key_is_found_behind_its_options(line: str, options: str, tmp_path: Path) -> None:
    """Its fingerprint is the one that ssh-keygen prints."""
    (tmp_path / "key").write_text(ALICE)
    listed = subprocess.run(
        ["ssh-keygen", "-lf", str(tmp_path / "key")], capture_output=True, text=True, check=True
    ).stdout.split()
    found = key(line, PATH)
    assert found
    assert (found.kind, found.fingerprint, found.comment, found.options) == (
        "ssh-ed25519",
        listed[1],
        "alice@laptop",
        options,
    )


@pytest.mark.parametrize(
    "line", ["", "ssh-ed25519", "ssh-ed25519 AAAA", "no key at all", "ssh-rsa !!!!", '"']
)
def test_what_sshd_takes_for_no_key_is_none(line: str) -> None:
    assert key(line, PATH) is None


def alice(**changed: Any) -> Account:
    found = key(ALICE, PATH)
    assert found
    about: dict[str, Any] = {"name": "alice", "uid": 1000, "shell": "/bin/bash", "keys": (found,), **changed}
    return Account(**about)


DECLARED = Login("alice", (ALICE,), ('/usr/bin/id ""',))


def told(account: Account, *known: Login) -> list[tuple[str, str]]:
    accounts = judge.declared([account], known)
    return [(one.kind, one.where) for one in judge.findings("h", accounts, known)]


def test_who_is_declared_with_all_that_lets_them_in_is_no_finding() -> None:
    assert told(alice(sudo=('(root) NOPASSWD: /usr/bin/id ""',)), DECLARED) == []


def test_somebody_whom_nobody_named_is_told_once() -> None:
    assert told(alice(**SET), Login("bob")) == [("access.account", "alice")]


def test_an_account_that_cannot_log_in_is_none_of_this_report() -> None:
    assert told(alice(keys=()), Login("bob")) == []
    assert told(alice(expired=True), Login("bob")) == []


def test_a_key_a_password_and_a_rule_that_nobody_declared_are_told() -> None:
    other = key(BOB, f"{PATH}2")
    assert other
    found = alice(
        keys=(*alice().keys, other),
        **SET,
        sudo=('(root) NOPASSWD: /usr/bin/id ""', "(ALL : ALL) ALL"),
    )
    assert told(found, DECLARED) == [
        ("access.key", f"alice {other.fingerprint}"),
        ("access.password", "alice"),
        ("access.sudo", "alice ALL"),
    ]


def test_what_somebody_else_keeps_is_theirs_to_declare() -> None:
    assert told(alice(**SET, sudo=("(ALL) ALL",)), Login("alice")) == []


def test_root_may_be_there_with_neither_key_nor_password() -> None:
    root = alice(name="root", uid=0, sudo=("(ALL : ALL) ALL",))
    assert told(replace(root, keys=())) == []
    assert told(root) == [("access.key", f"root {root.keys[0].fingerprint}")]
    assert told(replace(root, keys=(), **SET)) == [("access.password", "root")]


@pytest.mark.parametrize("nothing", ['""', '\\"\\"'], ids=["1.9.16", "1.9.9"])
def test_the_rules_of_the_settings_are_those_that_sudo_shows(nothing: str) -> None:
    """An escaped comma ends no command."""
    user = User(name="alice", authorized_keys=[ALICE], sudo=["/usr/bin/id", "/usr/bin/env A=b,c:d"])
    (login,) = desired(BaseSettings(users=[user]), Platform("debian13")).logins
    shown = (f"(root) NOPASSWD: /usr/bin/id {nothing}, /usr/bin/env A\\=b\\,c\\:d",)
    assert told(alice(sudo=shown), login) == []


def test_base_declares_users_the_operator_and_those_whom_others_keep() -> None:
    users = [User(name="alice", authorized_keys=[ALICE], sudo=["ALL"])]
    settings = BaseSettings(operator="operator", users=users, known_users=["app"], former_users=["carol"])
    assert desired(settings, Platform("debian13")).logins == (
        Login("alice", (ALICE,), ("ALL",)),
        Login("app"),
        Login("operator"),
    )


@pytest.fixture(scope="module")
def host() -> Host:
    return load(ROOT / "inventories" / "prod.py")[0]


ANSWER: dict[str, Any] = {
    "now": 1_800_000_000,
    "accounts": [
        {
            "name": "operator",
            "uid": 1000,
            "shell": "/bin/bash",
            "groups": ["sudo"],
            "password": "locked",
            "expired": False,
            "keys": [
                {"path": "/home/operator/.ssh/authorized_keys", "line": BOB},
                {"path": "x", "line": "?"},
            ],
            "sudo": ["(ALL) NOPASSWD: ALL"],
        }
    ],
    "logins": {"since": 1_700_000_000.5, "users": {"operator": 1_799_999_000.25}, "keys": {}},
    "unknown": [],
}


def seen(host: Host, **changed: Any) -> Looked:
    return looked(host, Done(0, json.dumps({**ANSWER, **changed}), ""))


def test_a_host_whose_people_are_declared_is_in_order(host: Host) -> None:
    one = seen(host)
    assert verdict([one]) is Exit.OK
    (found,) = one.accounts
    assert (found.name, len(found.keys), found.keys[0].declared) == ("operator", 1, True)
    assert found.login
    assert found.login.isoformat() == "2027-01-15T07:43:20+00:00"
    assert "1 account on 1 host can log in; all declared" in terminal.as_text([one])


def test_a_review_that_a_host_noted_is_told(host: Host) -> None:
    one = seen(host)
    assert json.loads(terminal.as_json([one]))["hosts"][0]["reviewed"] is False
    noted = replace(one, reviewed=True)
    assert json.loads(terminal.as_json([noted]))["hosts"][0]["reviewed"] is True
    assert "all declared; review noted on 1 host" in terminal.as_text([noted])


def test_what_nobody_can_tell_is_never_in_order(host: Host) -> None:
    error = RigError("down")
    assert verdict([]) is Exit.UNKNOWN
    assert verdict([Looked(host, error=error)]) is Exit.UNKNOWN
    one = seen(host, unknown=["sshd trusts whom an authority signs, which this report cannot list: /ca"])
    assert verdict([one]) is Exit.UNKNOWN
    assert "something nobody can tell" in terminal.as_text([one])
    assert json.loads(terminal.as_json([one]))["exit"] == 1


@pytest.mark.parametrize("out", ["", "[]", "{}", '{"accounts": [1]}', json.dumps({**ANSWER, "logins": None})])
def test_an_answer_that_is_none_is_told_as_such(host: Host, out: str) -> None:
    with pytest.raises(RigError, match="cannot be read"):
        looked(host, Done(0, out, ""))


def test_who_logs_in_for_us_is_declared_by_that_alone(host: Host) -> None:
    without = Host("h", host.rig, {**host.data, "ssh_user": "installer"})
    assert Login("installer") in logins(without)


def test_text_of_a_host_moves_no_cursor(host: Host) -> None:
    account = {**ANSWER["accounts"][0], "name": "\x1b[2Jroot", "keys": [], "password": "set"}
    assert "\x1b[2J" not in terminal.as_text([seen(host, accounts=[account])])


def test_keys_are_read_where_sshd_says(tmp_path: Path) -> None:
    """With its tokens, below the home where the path is not absolute, and each file once."""
    import pwd

    about = pwd.struct_passwd(("alice", "x", 1234, 1234, "", str(tmp_path), "/bin/sh"))
    patterns = ".ssh/authorized_keys %h/.ssh/authorized_keys /etc/keys/%u-%U/100%% none"
    assert access.key_files(about, patterns) == [
        f"{tmp_path}/.ssh/authorized_keys",
        f"{tmp_path}/.ssh/authorized_keys",
        "/etc/keys/alice-1234/100%",
    ]


def test_of_a_file_nothing_but_keys_is_told_whatever_its_owner_made_of_it(tmp_path: Path) -> None:
    path, restricted = f"{tmp_path}/authorized_keys", f'command="a b" {BOB}'
    Path(path).write_text(f"# {ALICE}\n\nroot:$y$j9T$AAAAhash:20000::::::\n {ALICE}\n{restricted}\n")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    (tmp_path / "round").symlink_to("round")
    others = [f"{tmp_path}/{name}" for name in ("none", "pipe", "endless", "authorized_keys/below")]
    found, unread = access.keys([path, path, str(tmp_path), *others, f"{tmp_path}/round"])
    assert found == [{"path": path, "line": ALICE}, {"path": path, "line": restricted}]
    assert unread == [f"{tmp_path}/round: Too many levels of symbolic links"]
