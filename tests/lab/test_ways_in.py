"""Every way to a host serves every command, from a machine that has nothing of Linux alone.

The ways are a jump host, an alias of ``ssh_config``, an agent that alone has the key, and IPv6. All of them
at once are one more way; with ``--exhaustive`` each is tried by itself too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.agent import agent_with
from tests.support.operator_path import Operator

NAME = "ways-13"
INVENTORY = """
from deploys.base.settings import BaseSettings
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host
base = BaseSettings(operator="operator", timezone={zone!r})
hosts = [ssh_host("ways-13", Rig(machine=Machine(os="debian13"), base=base), address={address!r}{more})]
"""
CONFIG = """
Host gate
    HostName {host.address}
    IdentityFile {host.key}
Host behind
    HostName {host.address}
    ProxyJump gate
    IdentityFile {host.key}
Host named
    HostName {host.address}
    IdentityFile {host.key}
Host everything
    HostName {host.address6}
    ProxyJump agents-gate
Host agents-gate
    HostName {host.address6}
Host *
    User operator
    UserKnownHostsFile {host.known_hosts}
"""
KEY = ', key="{host.key}"'
PINNED = ', user="operator", known_hosts="{host.known_hosts}"'
WAYS = {
    "all at once": ("everything", "", "Asia/Tokyo"),
    "a short path": ("{host.address}", PINNED + KEY, "Europe/Paris"),
    "a jump host": ("behind", "", "Europe/Rome"),
    "an alias": ("named", "", "Europe/Oslo"),
    "an agent": ("{host.address}", PINNED, "Europe/Riga"),
    "IPv6": ("{host.address6}", PINNED + KEY, "Europe/Minsk"),
}
"""For each its address, its other arguments, and a time zone that no other has: something to apply."""
BY_AN_AGENT = ("all at once", "an agent")
SAMPLE = ("all at once",)
COMMANDS = (
    ("plan", 2, "1 difference on 1 host"),
    ("apply", 0, f"✓ {NAME}  in sync"),
    ("verify", 0, "claims hold"),
    ("drift", 0, "0 differences on 1 host"),
    ("health", None, "memory"),
)
"""Each with its exit code and what it prints; the health of this machine is not for this test."""


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    lab.down(NAME)
    yield lab.up(NAME)
    lab.down(NAME)


@pytest.fixture(scope="module")
def operator(host: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """An operator whose host is in sync with another time zone, and who has an ``ssh_config``."""
    found = Operator(tmp_path_factory.mktemp("operator"))
    folder = found.clone.home / ".ssh"
    folder.mkdir(mode=0o700)
    (folder / "config").write_text(CONFIG.format(host=host))
    done = found.rig("apply", written(found, host, "{host.address}", PINNED + KEY, "Etc/UTC"))
    assert done.returncode == 0, done.stdout
    return found


def written(operator: Operator, host: LabHost, address: str, more: str, zone: str) -> str:
    """The path of an inventory of the host that is reached this way."""
    text = INVENTORY.format(zone=zone, address=address.format(host=host), more=more.format(host=host))
    (operator.clone.root / "inventories/ways.py").write_text(text)
    return "inventories/ways.py"


@pytest.fixture(scope="module")
def agent(host: LabHost) -> Iterator[str]:
    """An agent that holds the operator's key."""
    with agent_with(Path(str(host.key)), NAME) as socket:
        yield socket


@pytest.mark.parametrize("way", WAYS)
def test_plan_apply_verify_drift_and_health_go_this_way(
    operator: Operator, host: LabHost, agent: str, way: str, *, exhaustive: bool
) -> None:
    if way not in SAMPLE and not exhaustive:
        pytest.skip("all ways were tried at once; --exhaustive tries each by itself")
    inventory = written(operator, host, *WAYS[way])
    environment = {"SSH_AUTH_SOCK": agent} if way in BY_AN_AGENT else {}
    for command, code, words in COMMANDS:
        done = operator.rig(command, inventory, **environment)
        assert code is None or done.returncode == code, (command, done.stdout[-4000:])
        assert words in done.stdout, (command, done.stdout[-4000:])
    assert host.run("readlink /etc/localtime").stdout.strip().endswith(WAYS[way][2])


def test_without_its_agent_no_command_gets_in_and_none_calls_that_a_difference(
    operator: Operator, host: LabHost
) -> None:
    inventory = written(operator, host, *WAYS["all at once"])
    for command, _, _ in COMMANDS:
        done = operator.rig(command, inventory)
        assert done.returncode == 1, (command, done.stdout[-4000:])
        assert "next: " in done.stdout, (command, done.stdout[-4000:])
