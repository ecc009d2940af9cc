"""A lab host that is in use before its first apply, with a client at work that writes down every request."""

from __future__ import annotations

import shlex
import subprocess
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rigwright import lab
from tests.support.command import rig
from tests.support.target import Target

LOG = "/root/client.log"
CLIENT = """\
while :; do
    if timeout 5 sh -c {request} >/dev/null 2>&1; then result=ok; else result=failed; fi
    echo "$result $(date +%s.%N)" >>{log}
    sleep 0.1
done
"""
INVENTORY = """\
from rigwright.inventory.load import ssh_host
from rigwright.lab import hosts as _hosts
from deploys.rig import AcceptedFinding, Machine, Rig
{imports}

_one = next(host for host in _hosts() if host.name == "{name}")
lab = [ssh_host("{name}", {rig}, **_one.reached_by)]
"""


@dataclass
class InUse:
    """The host, and where its inventory is.

    Attributes:
        imports: Python lines that the settings need.
    """

    target: Target
    folder: Path
    imports: str

    @classmethod
    def up(cls, name: str, folder: Path, imports: str, setup: str) -> InUse:
        """A new host, on which this script has set a server up."""
        lab.down(name)
        one = cls(Target(lab.up(name, "debian13")), folder, imports)
        one.target.sh(f"export DEBIAN_FRONTEND=noninteractive; set -e; apt-get -qq update >&2\n{setup}")
        return one

    @property
    def address(self) -> str:
        """Its own address, which no client of loopback has."""
        return self.target.host.address

    def rig(self, verb: str, settings: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line with these settings; lines are as wide as they are."""
        inventory = self.folder / "in_use.py"
        text = f'Rig(machine=Machine(os="debian13", accepted=[]), {settings})'
        if settings.startswith("Rig("):
            text = settings
        inventory.write_text(INVENTORY.format(imports=self.imports, name=self.target.host.name, rig=text))
        return rig(verb, inventory, *arguments, COLUMNS="400")

    def start_client(self, request: str) -> None:
        """Send a request again and again; it is a shell command, and waits for no longer than 5 s."""
        loop = CLIENT.format(request=shlex.quote(request), log=LOG)
        self.target.sh(f": >{LOG}; printf %s {shlex.quote(loop)} >/root/client.sh")
        self.target.sh("systemd-run -q --unit client sh /root/client.sh")
        self.requests(5)

    def requests(self, more: int = 10) -> list[str]:
        """The results of all requests so far, after so many more of them."""
        before = len(self._lines())
        deadline = time.monotonic() + 120
        while len(self._lines()) < before + more:
            assert time.monotonic() < deadline, "the client sends nothing"
            time.sleep(0.2)
        return [line.split()[0] for line in self._lines()]

    def _lines(self) -> list[str]:
        return self.target.sh(f"cat {LOG}").splitlines()

    def failed(self) -> int:
        """How many requests failed so far; the last ones succeeded."""
        found = self.requests()
        assert found[-3:] == ["ok"] * 3, found[-20:]
        return found.count("failed")

    def outages(self) -> int:
        """How many times in a row requests failed, however many each time."""
        found = self.requests()
        return sum(one == "failed" and before == "ok" for before, one in pairwise(found))
