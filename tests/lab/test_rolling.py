"""A run over several hosts stops before a mistake reaches them all, and one that is down hides no other."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.command import rig, rig_json

INVENTORY = """
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.inventory.load import ssh_host

with open({count!r}, "a") as _count:
    _count.write("read\\n")
_rig = Rig(machine=Machine(os="debian13"), ssh=SshSettings())
_reached = {{"user": {first.user!r}, "key": {first.key!r}, "known_hosts": {first.known_hosts!r}}}
first = [ssh_host("a", _rig, address={first.address!r}, **_reached)]
others = [ssh_host(_name, _rig, address={second.address!r}, **_reached) for _name in "bcd"]
dead = [ssh_host("dead", _rig, address={first.address!r}, port=9, **_reached)]
"""
ALL = "@first,@others"
MINE = "# written by hand"


class Fleet:
    """A host, and another one under three names: four hosts to the inventory."""

    def __init__(self, first: LabHost, second: LabHost, folder: Path) -> None:
        self.first, self.second = first, second
        self.inventory = folder / "fleet.py"
        self.count = folder / "count"
        text = INVENTORY.format(first=first, second=second, count=str(self.count))
        self.inventory.write_text(text)
        self.path = ""

    def change(self) -> None:
        """Edit a managed file on both."""
        for host in (self.first, self.second):
            self.path = host.run("ls -d /etc/ssh/sshd_config.d/* | head -n 1").stdout.strip()
            host.run(f"echo '{MINE}' >>{self.path}")
        self.count.unlink(missing_ok=True)

    def kept(self, host: LabHost) -> str:
        """What an apply would replace, and when anything was applied last."""
        return host.run(f"cat {self.path}; stat -c %y /var/lib/rigwright/manifests/*").stdout

    def apply(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run ``rig apply`` on the four."""
        return rig("apply", self.inventory, "--limit", ALL, *options)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    names = ("rolling-first", "rolling-other")
    for name in names:
        lab.down(name)
    first, second = (lab.up(name, "debian13") for name in names)
    made = Fleet(first, second, tmp_path_factory.mktemp("fleet"))
    done = made.apply("--adopt", "--limit", "a,b", "--settle", "0")
    assert done.returncode == 0, done.stdout
    yield made
    for name in names:
        lab.down(name)


def test_of_four_hosts_the_first_breaks_and_three_are_untouched(fleet: Fleet) -> None:
    fleet.change()
    before = fleet.kept(fleet.second)
    fleet.first.run("mv /usr/sbin/sshd /usr/sbin/sshd.kept")
    try:
        done = fleet.apply()
    finally:
        fleet.first.run("mv /usr/sbin/sshd.kept /usr/sbin/sshd")
    assert done.returncode == 1, done.stdout
    assert "refused the new files" in done.stdout
    assert "4 hosts: 1 failed, 3 not tried" in done.stdout
    assert "not tried, after a failure: b, c, d" in done.stdout
    assert MINE in before
    assert fleet.kept(fleet.second) == before


def test_in_batches_every_host_is_brought_in_sync_and_a_dead_one_hides_none(fleet: Fleet) -> None:
    """The inventory is read by this command alone, however many hosts are applied."""
    fleet.change()
    # One host under three names is applied once at a time.
    options = ("--limit", f"{ALL},dead", "--batches", "1,rest", "--settle", "1", "--at-once", "1")
    code, printed = rig_json("apply", fleet.inventory, *options)
    assert (code, printed["exit"]) == (1, 1), printed
    results = {one["name"]: one["result"] for one in printed["hosts"]}
    shown = [(one["name"], one["findings"], one["messages"]) for one in printed["hosts"]]
    assert results == {**dict.fromkeys("abcd", "applied"), "dead": "unknown"}, shown
    assert fleet.count.read_text() == "read\n"
    for host in (fleet.first, fleet.second):
        assert MINE not in fleet.kept(host)


def test_a_host_that_is_not_in_sync_when_it_is_watched_stops_the_rest(
    fleet: Fleet, *, exhaustive: bool
) -> None:
    """Something on the host undoes what was applied, seconds later."""
    if not exhaustive:
        pytest.skip("simulated hosts in tests/unit/test_rolling.py try this; --exhaustive tries a real one")
    fleet.change()
    before = fleet.kept(fleet.second)
    late = f"sleep 4; echo '{MINE}' >>{fleet.path}; exit"
    undo = f"while sleep 0.2; do grep -q '{MINE}' {fleet.path} || {{ {late}; }}; done"
    fleet.first.run(f"systemd-run --unit=undo sh -c {json.dumps(undo)}")
    done = fleet.apply("--settle", "8")
    assert done.returncode == 1, done.stdout
    assert "it was in sync 8 s before" in done.stdout
    assert "4 hosts: 1 failed, 3 not tried" in done.stdout
    assert fleet.kept(fleet.second) == before
