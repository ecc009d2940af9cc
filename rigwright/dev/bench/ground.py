"""The lab hosts that are measured on: made when they are first asked for, taken away at the end."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator

from typing_extensions import Self

from rigwright import lab
from rigwright.dev.bench import clock
from rigwright.lab import LabHost
from rigwright.lab.host import names

# By name: the lab's inventory gives a host named everything… every setting changed, any other the defaults.
SHAPES = {"defaults": "bench13", "everything changed": "everything-bench"}
MACHINE = "bench-vm"


class Ground:
    """Hosts in known states, and how much is to be measured on them.

    Attributes:
        runs: How often each thing is measured.
        latencies: Milliseconds for a packet to a host and back.
    """

    def __init__(self, runs: int, latencies: tuple[int, ...]) -> None:
        self.runs = runs
        self.latencies = latencies
        self._hosts: dict[str, LabHost] = {}
        self._in_sync: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for host in self._hosts.values():
            lab.down(host.name)

    def host(self, shape: str) -> LabHost:
        """The running host of a shape; what a killed bench left under its name is replaced."""
        name = SHAPES[shape]
        if shape not in self._hosts:
            if name in names():
                lab.down(name)
            self._hosts[shape] = lab.up(name, durable=True)
        return self._hosts[shape]

    def machine(self) -> LabHost:
        """A running VM with empty disks."""
        if MACHINE not in self._hosts:
            lab.down(MACHINE)
            self._hosts[MACHINE] = lab.up(MACHINE, kind="vm")
        return self._hosts[MACHINE]

    def in_sync(self, shape: str) -> LabHost:
        """The same, with the site applied."""
        host = self.host(shape)
        if shape not in self._in_sync:
            clock.seconds(clock.pyinfra(host.name, "-y"))
            self._in_sync.add(shape)
        clock.seconds(clock.rig("drift", "--limit", host.name))
        return host

    def as_new(self, shape: str) -> LabHost:
        """The same with its pristine disk, booted to the end, and package lists a day old.

        Old lists make an installation fetch them, whether it would trust young ones or not.
        """
        self._in_sync.discard(shape)
        host = lab.reset(self.host(shape).name)
        self._hosts[shape] = host
        host.run("systemctl is-system-running --wait", check=False)
        host.run("find /var/lib/apt/lists -type f -exec touch -d '1 day ago' {} +")
        os.sync()
        return host


@contextlib.contextmanager
def at(host: LabHost, milliseconds: int) -> Iterator[None]:
    """Within the context a host is this far away, and has been reached once: neighbours know each other."""
    with lab.latency(host, milliseconds):
        subprocess.run([*host.ssh(), "true"], stdin=subprocess.DEVNULL, check=True)
        yield
