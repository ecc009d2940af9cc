"""What operators expect of a command line: a plan before the change, and commands on many hosts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.command import rig
from tests.support.terminal import Terminal

NAME = "asked"
INVENTORY = """
from deploys.firewall.settings import FirewallSettings
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.inventory.load import ssh_host

_rig = Rig(machine=Machine(os="debian13"), ssh=SshSettings(), firewall=FirewallSettings())
_reached = {{"user": "{0.user}", "key": "{0.key}", "known_hosts": "{0.known_hosts}"}}
front = [ssh_host("asked", _rig, address="{0.address}", **_reached)]
again = [ssh_host("twin", _rig, address="{0.address}", **_reached)]
gone = [ssh_host("gone", _rig, address="{0.address}", port=9, **_reached)]
"""
MINE = "# written by hand"


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    lab.down(NAME)
    yield lab.up(NAME, "debian13")
    lab.down(NAME)


@pytest.fixture(scope="module")
def inventory(host: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The host under two names and in three groups, one of which cannot be reached."""
    path = tmp_path_factory.mktemp("asked") / "fleet.py"
    path.write_text(INVENTORY.format(host))
    done = rig("apply", path, "--limit", "front", "--adopt")
    assert done.returncode == 0, done.stdout
    return path


@pytest.fixture
def changed(host: LabHost, inventory: Path) -> str:
    """A managed file of the host that was edited by hand; its path."""
    path = host.run("ls -d /etc/ssh/sshd_config.d/* | head -n 1").stdout.strip()
    host.run(f"echo '{MINE}' >>{path}")
    assert rig("drift", inventory, "--limit", NAME).returncode == 2
    return path


def content(host: LabHost, path: str) -> str:
    return host.run(f"cat {path}").stdout


def test_apply_at_a_terminal_shows_the_plan_and_a_no_changes_nothing(
    host: LabHost, inventory: Path, changed: str
) -> None:
    before = content(host, changed)
    for answer in ("n", ""):
        with Terminal("apply", inventory, "--limit", NAME) as terminal:
            shown = terminal.until("Apply this to asked?")
            assert f"-{MINE}" in shown
            terminal.type(answer)
            assert terminal.end() == 1
            assert "nothing was changed" in terminal.printed
    assert content(host, changed) == before


def test_a_yes_applies_exactly_the_plan_that_was_shown(host: LabHost, inventory: Path, changed: str) -> None:
    with Terminal("apply", inventory, "--limit", NAME) as terminal:
        terminal.until("Apply this to asked?")
        terminal.type("y")
        assert terminal.end() == 0, terminal.printed
        assert "in sync (1 fixed" in terminal.printed
    assert MINE not in content(host, changed)
    with Terminal("apply", inventory, "--limit", NAME) as terminal:
        assert terminal.end() == 0
        assert "Apply this" not in terminal.printed


def test_a_host_that_changed_after_the_plan_was_shown_is_refused(
    host: LabHost, inventory: Path, changed: str
) -> None:
    with Terminal("apply", inventory, "--limit", NAME) as terminal:
        terminal.until("Apply this to asked?")
        host.run(f"echo '# a second line' >>{changed}")
        before = content(host, changed)
        terminal.type("yes")
        assert terminal.end() == 1
        assert "changed after the plan was shown" in terminal.printed
    assert content(host, changed) == before
    assert "nothing was changed" in terminal.printed
    with Terminal("apply", inventory, "--limit", NAME, "--yes", "-v") as terminal:
        assert terminal.end() == 0, terminal.printed
        assert "Apply this" not in terminal.printed
        assert "Starting operation" in terminal.printed


def test_without_a_terminal_nothing_is_asked_and_diff_shows_the_plan(
    host: LabHost, inventory: Path, changed: str
) -> None:
    done = rig("apply", inventory, "--limit", NAME, "--diff")
    assert (done.returncode, f"-{MINE}" in done.stdout) == (0, True), done.stdout
    assert f"--- host:{changed}" in done.stdout
    assert MINE not in content(host, changed)


@pytest.mark.usefixtures("host")
def test_a_command_runs_on_many_hosts_with_their_names_in_front(inventory: Path) -> None:
    done = rig("run", inventory, "--limit", "*,!gone", "--", "id -un; sudo id -un; echo oops >&2")
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    for name in ("asked", "twin "):
        assert [line for line in lines if line == f"{name} operator"]
        assert [line for line in lines if line == f"{name} root"]
        assert [line for line in lines if line == f"{name} oops"]
    assert rig("run", inventory, "--limit", "front,again", "--", "sh", "-c", "exit 7").returncode == 7
    odd = 'test "$SSH_CONNECTION" || exit 9; mkdir /tmp/first 2>/dev/null && exit 3; exit 4'
    assert rig("run", inventory, "--limit", "front,again", "--", odd).returncode == 1


@pytest.mark.usefixtures("host")
def test_a_host_that_cannot_be_reached_is_never_a_success(inventory: Path) -> None:
    done = rig("run", inventory, "--limit", "front,gone", "--json", "--", "hostname")
    printed = json.loads(done.stdout)
    found = {one["name"]: (one["code"], one["stdout"], one["error"] is None) for one in printed["hosts"]}
    assert (done.returncode, printed["exit"]) == (255, 255)
    assert found == {"asked": (0, "asked\n", True), "gone": (None, "", False)}


@pytest.mark.usefixtures("host")
def test_ssh_logs_in_as_the_inventory_states(inventory: Path) -> None:
    done = rig("ssh", inventory, NAME, "--", "printf", "%s|", "a b", "$HOME")
    assert (done.returncode, done.stdout) == (0, "a b|$HOME|"), done.stdout
    assert rig("ssh", inventory, "front", "--", "exit 5").returncode == 5
    assert rig("ssh", inventory, "gone", "--", "true").returncode == 255
    done = rig("ssh", inventory, "fleet", "--", "true")
    assert (done.returncode, "is 3 hosts" in done.stdout) == (1, True)
    done = rig("ssh", NAME, "--", "id", "-un", RIG_INVENTORY=str(inventory))
    assert done.stdout.splitlines()[-1] == "operator"
