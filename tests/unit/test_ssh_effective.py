"""The connections for which sshd is asked, so that no Match block escapes, and the Include that it needs."""

from __future__ import annotations

import grp
import json
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from deploys.ssh.programs import effective
from deploys.ssh.settings import SshSettings
from deploys.ssh.state import desired
from rigwright.desired.program import program
from rigwright.settings.platform import Os, Platform

FIRST_GROUP = grp.getgrgid(0).gr_name
DEFAULTS = {"user": "rigwright-none", "host": "192.0.2.1", "addr": "192.0.2.1"}


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ("User bob", {"user": "bob"}),
        ("user=bob,alice", {"user": "bob"}),
        ('User "!root,dev*"', {"user": "dev1"}),
        ("Address 10.0.0.0/8", {"addr": "10.0.0.0"}),
        ("Address fd00::/8,10.1.*", {"addr": "fd00::"}),
        ("Address 10.1.*", {"addr": "10.1.1"}),
        ("LocalPort 2222 User git", {"lport": "2222", "user": "git"}),
        ("LocalAddress 192.0.2.7", {"laddr": "192.0.2.7"}),
        ("Host *.example.org", {"host": "1.example.org"}),
        (f"Group {FIRST_GROUP}", {"user": "root"}),
    ],
)
def test_a_match_block_is_asked_for_with_a_connection_that_it_fits(
    criteria: str, found: dict[str, str]
) -> None:
    assert effective.connection(criteria) == {**DEFAULTS, **found}


@pytest.mark.parametrize(
    "criteria", ["all", "Group no-such-group", "User !root", "Address 10.0.0.0/99", "", "User", "\x00"]
)
def test_a_block_that_none_or_all_fit_needs_no_connection(criteria: str) -> None:
    assert effective.connection(criteria) is None


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(effective, "FOLDER", str(tmp_path))
    monkeypatch.setattr(effective.lines, "__defaults__", (str(tmp_path / "sshd_config"), 0))
    return tmp_path


def test_lines_are_read_through_every_include(folder: Path) -> None:
    (folder / "sshd_config").write_text(
        'Include d/*.conf "other"\nTrustedUserCAKeys /main\ninclude sshd_config\n'
    )
    (folder / "d").mkdir()
    (folder / "d" / "1.conf").write_text("match user bob\n  TrustedUserCAKeys /bob\n")
    (folder / "other").write_bytes(b"\xff\x00\nTrustedUserCAKeys=/other\n")
    shown = effective.places("trustedusercakeys")
    assert shown[:4] == [
        f"{folder}/d/1.conf:1: match user bob",
        f"{folder}/d/1.conf:2: TrustedUserCAKeys /bob",
        f"{folder}/other:2: TrustedUserCAKeys=/other",
        f"{folder}/sshd_config:2: TrustedUserCAKeys /main",
    ]
    assert effective.match_blocks()[0] == {**DEFAULTS, "user": "bob"}


def test_without_a_match_block_one_connection_is_as_any(folder: Path) -> None:
    (folder / "sshd_config").write_text("PermitRootLogin no\n# Match user bob\n")
    assert effective.connections("root,alice", blocks=True) == [()]
    (folder / "sshd_config").write_text("Match User bob\nPasswordAuthentication yes\n")
    asked = [one[1].split(",")[0] for one in effective.connections("root,alice", blocks=True)[1:]]
    assert asked == ["user=root", "user=alice", "user=bob"]
    assert len(effective.connections("root,alice", blocks=False)) == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Include /etc/ssh/sshd_config.d/*.conf\n", "there"),
        ("# x\n  include sshd_config.d/*.conf other\n", "there"),
        ('Include="/etc/ssh/sshd_config.d/*.conf"\n', "there"),
        ("#Include /etc/ssh/sshd_config.d/*.conf\n", "missing"),
        ("Match User bob\nInclude /etc/ssh/sshd_config.d/*.conf\n", "missing"),
        ("Include /etc/ssh/other.d/*.conf\n", "missing"),
        ("", "missing"),
        (None, "there"),
    ],
)
def test_a_missing_include_is_noticed(tmp_path: Path, text: str | None, found: str) -> None:
    file = tmp_path / "sshd_config"
    if text is not None:
        file.write_text(text)
    script = program("ssh/programs/include.sh").replace("file=/etc/ssh/sshd_config", f"file={file}")
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"Include of /etc/ssh/sshd_config.d": found}


@pytest.mark.parametrize("system", get_args(Os))
def test_everything_that_lets_in_is_asked_for(system: Os) -> None:
    of = desired(SshSettings(allowed_users=["alice"]), Platform(system))
    state = next(one for one in of.runtime_states if one.name == "sshd -T")
    expected = dict(state.expected)
    assert expected["trustedusercakeys"] == expected["authorizedkeyscommand"] == "none"
    assert expected["authorizedkeysfile"] == ".ssh/authorized_keys .ssh/authorized_keys2"
    assert (expected["allowusers"], expected["allowgroups"], expected["denyusers"]) == ("alice", "", "")
    assert all(f"{name}={value}" in state.command for name, value in expected.items())
