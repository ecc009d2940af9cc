"""What operators expect of a command line: a plan before the change, and commands on many hosts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.command import pyinfra, rig, rig_json
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


RULES = "nft list ruleset"
MANIFEST = "sha256sum /var/lib/rigwright/manifests/ssh.json"


@pytest.fixture
def broken(host: LabHost, inventory: Path, changed: str) -> Iterator[str]:
    """A file of ssh was changed, and the firewall's rules are gone; the file's path."""
    host.run("nft flush ruleset")
    yield changed
    host.run(f"[ ! -d {changed} ] || rmdir {changed}")
    done = rig("apply", inventory, "--limit", NAME)
    assert done.returncode == 0, done.stdout


def test_only_examines_what_is_named_and_says_so(host: LabHost, inventory: Path, broken: str) -> None:
    before = host.run(MANIFEST).stdout
    for command in ("plan", "drift"):
        done = rig(command, inventory, "--limit", NAME, "--only", "firewall")
        assert done.returncode == 2, done.stdout
        assert broken not in done.stdout
        assert "examined: firewall, and what it needs: rigwright" in done.stdout
        assert "not examined: ssh" in done.stdout
        assert "only rigwright, firewall examined" in done.stdout
    done = rig("apply", inventory, "--limit", NAME, "--only", "firewall")
    assert (done.returncode, "rigwright, firewall in sync" in done.stdout) == (0, True), done.stdout
    assert "hook input" in host.run(RULES).stdout
    assert MINE in content(host, broken)
    assert host.run(MANIFEST).stdout == before
    code, printed = rig_json("drift", inventory, "--limit", NAME, "--only", "firewall")
    assert (code, printed["hosts"][0]["not_examined"]) == (0, ["ssh"])
    code, printed = rig_json("drift", inventory, "--limit", NAME)
    assert (code, printed["hosts"][0]["not_examined"]) == (2, [])
    assert {one["subsystem"] for one in printed["hosts"][0]["findings"]} == {"ssh"}


@pytest.mark.usefixtures("host")
def test_verify_of_some_subsystems_says_that_the_others_were_not_tested(inventory: Path) -> None:
    done = rig("verify", inventory, "--limit", NAME, "--only", "firewall", "-v")
    assert done.returncode == 0, done.stdout
    assert "claims hold; only firewall tested" in done.stdout
    assert f"{NAME}  firewall: " in done.stdout
    assert f"{NAME}  ssh: " not in done.stdout
    for command in ("plan", "apply", "verify"):
        done = rig(command, inventory, "--limit", NAME, "--only", "firewal")
        assert (done.returncode, "did you mean firewall?" in done.stdout) == (1, True), done.stdout


@pytest.mark.parametrize("way", ["rig", "pyinfra"])
def test_a_refused_subsystem_keeps_no_other_one_from_being_fixed(
    host: LabHost, inventory: Path, broken: str, way: str
) -> None:
    """The host gets its firewall back; the run fails, and names what was left out and why."""
    host.run(f"rm {broken} && mkdir {broken}")
    if way == "rig":
        done = rig("apply", inventory, "--limit", NAME)
        assert "differences are left" in done.stdout
    else:
        done = pyinfra(inventory, "-y", "--limit", NAME)
    assert done.returncode == 1, done.stdout
    assert "not applied: ssh" in done.stdout
    assert f"{broken} is directory" in done.stdout
    assert "the other 2 were applied, or were in sync" in done.stdout
    assert "hook input" in host.run(RULES).stdout
    assert host.run(f"test -d {broken}").returncode == 0


def test_a_change_that_the_host_refuses_keeps_no_other_one_from_being_fixed(
    host: LabHost, inventory: Path, broken: str
) -> None:
    """Its own check refuses the new files: what it printed is shown, and the firewall is back."""
    host.run(f"mv /usr/sbin/sshd /usr/sbin/sshd.kept && rm {broken}")
    try:
        done = rig("apply", inventory, "--limit", NAME)
    finally:
        host.run("mv /usr/sbin/sshd.kept /usr/sbin/sshd")
    assert done.returncode == 1, done.stdout
    assert "refused the new files" in done.stdout
    assert "not applied: ssh" in done.stdout
    assert "hook input" in host.run(RULES).stdout
