"""A lab host whose changes of ssh and firewall need a confirmation, made as the toolkit makes them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from deploys.firewall import state as firewall
from deploys.firewall.settings import FirewallSettings
from deploys.ssh import state as ssh
from deploys.ssh.settings import SshSettings
from rigwright import lab
from rigwright.desired import Desired
from rigwright.remote import toolkit
from rigwright.remote.ssh import Done
from rigwright.settings.platform import Os, Platform
from tests.support.target import Target


class Guarded(Target):
    """A lab host on which changes are made and confirmed like ``rig apply`` does."""

    def ssh(self, settings: SshSettings) -> Desired:
        """What sshd should be."""
        return ssh.desired(settings, Platform(self.host.os))

    def firewall(self, settings: FirewallSettings, *others: Desired) -> Desired:
        """What the firewall should be, beside sshd with its defaults unless others are named."""
        beside = others or (self.ssh(SshSettings()),)
        return firewall.desired(settings, Platform(self.host.os), beside)

    def ssh_alone(self) -> Desired:
        """What sshd should be with its defaults, for a firewall that opens other ports beside it."""
        return self.ssh(SshSettings())

    def without_ssh(self, settings: FirewallSettings) -> Desired:
        """A firewall whose settings know nothing of sshd."""
        return firewall.desired(settings, Platform(self.host.os), ())

    def confirm(self, subsystem: str) -> Done:
        """Confirm over a new connection."""
        fresh = type(self)(self.host)
        try:
            return fresh.verb("confirm", subsystem)
        finally:
            fresh.close()

    def keep(self, desired: Desired) -> None:
        """Make a change and confirm it."""
        done = self.apply(desired)
        assert done.code == 0, done
        if "waits for confirmation" in done.stdout:
            assert self.confirm(desired.subsystem).code == 0
        assert self.drift(desired) == []

    def close(self) -> None:
        """Forget the connection, if there is one."""
        if "connection" in self.__dict__:
            self.reconnect()

    def table(self) -> bool:
        """Whether our table is loaded, seen from inside."""
        return self.sh("nft list table inet rigwright >/dev/null 2>&1 && echo yes || :") == "yes"

    def pending(self) -> bool:
        """Whether a change is under way, or waits for its confirmation."""
        return self.sh("ls -A /var/lib/rigwright/transactions 2>/dev/null") != ""

    def greeting(self, port: int = 22) -> str:
        """The first line that sshd sends, from outside."""
        with socket.create_connection((self.host.address, port), timeout=30) as connection:
            return connection.recv(255).decode().strip()


class OverIpv6(Guarded):
    """The same host, reached by its IPv6 address."""

    @property
    def data(self) -> dict[str, Any]:
        """How to reach it, in pyinfra's terms."""
        return {**super().data, "ssh_hostname": self.host.address6}


def in_a_hurry(desired: Desired, seconds: int = 12) -> Desired:
    """The same with a shorter time for its confirmation, so that a test need not wait for two minutes."""
    assert desired.confirm_seconds == 120
    return replace(desired, confirm_seconds=seconds)


def reached(address: str, port: int, *, seconds: float = 1.5) -> bool:
    """Whether a connection from this machine is taken."""
    try:
        socket.create_connection((address, port), timeout=seconds).close()
    except OSError:
        return False
    return True


@contextmanager
def guarded_host(name: str, system: Os, *packages: str) -> Iterator[Guarded]:
    """A fresh host with the toolkit's own part, the packages of ssh and firewall, and some more."""
    lab.down(name)
    host = Guarded(lab.up(name, system))
    try:
        host.install(toolkit.desired())
        assert host.apply(toolkit.desired()).code == 0
        host.install(Desired("more", packages=("nftables", "openssh-server", *packages)))
        yield host
    finally:
        host.close()
        lab.down(name)
