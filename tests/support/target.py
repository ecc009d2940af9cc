"""A lab host as the core sees it: look, compare, apply, over a real SSH connection."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from rigwright.apply.payload import Payload, build
from rigwright.compare.subsystem import compare
from rigwright.desired import Desired
from rigwright.finding import Finding
from rigwright.lab import LabHost
from rigwright.observed.model import Observed, parse, question
from rigwright.remote import commands, provenance
from rigwright.remote.ssh import Connection, Done


class Target:
    """One lab host, its connection, and the steps that ``rig`` takes, one by one."""

    def __init__(self, host: LabHost) -> None:
        self.host = host

    @property
    def data(self) -> dict[str, Any]:
        """How to reach it, in pyinfra's terms."""
        return {
            "ssh_hostname": self.host.address,
            "ssh_port": self.host.port,
            "ssh_user": self.host.user,
            "ssh_key": self.host.key,
            "ssh_known_hosts_file": self.host.known_hosts,
        }

    @cached_property
    def connection(self) -> Connection:
        """One connection for all commands."""
        return Connection(self.host.name, self.data)

    def reconnect(self) -> None:
        """Forget the connection: the host was rebooted."""
        self.connection.close()
        del self.connection

    def look(self, *desired: Desired) -> Observed:
        """What is there."""
        done = self.connection.root(commands.observe(), question(desired))
        assert done.code == 0, done.stderr
        return parse(done.stdout, host=self.host.name)

    def drift(self, desired: Desired) -> list[Finding]:
        """What differs."""
        return compare(self.host.name, desired, self.look(desired))

    def payload(self, desired: Desired) -> Payload:
        """What an apply would send now."""
        observed = self.look(desired)
        findings = compare(self.host.name, desired, observed)
        own = observed.subsystems[desired.subsystem]
        return build(desired, own, findings, provenance.now())

    def send(self, desired: Desired, payload: Payload, *, script: str = commands.TRANSACTION) -> Done:
        """Run the transaction; ``script`` may be a broken one."""
        argv = commands.transaction("apply", desired.subsystem, payload.sha256, by="a test")
        argv = [script if part == commands.TRANSACTION else part for part in argv]
        return self.connection.root(argv, payload.text)

    def install(self, desired: Desired) -> None:
        """Install its packages, as the first operation of a run does."""
        done = self.connection.root(commands.install(desired.packages, by="a test"))
        assert done.code == 0, done

    def apply(self, desired: Desired) -> Done:
        """Look, compare, and mend."""
        return self.send(desired, self.payload(desired))

    def verb(self, verb: str, subsystem: str, *arguments: str) -> Done:
        """Run another verb of the transaction."""
        return self.connection.root(commands.transaction(verb, subsystem, *arguments, by="a test"))

    def sh(self, script: str, *, check: bool = True) -> str:
        """Look inside by other means than the code under test."""
        return self.host.run(script, check=check).stdout.strip()
