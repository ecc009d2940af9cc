"""Put a lab host at a distance, for tests and benchmarks of what round trips cost. Needs root.

Every frame between the host and its network is held, whatever it carries: unlike a proxy, this keeps what
TCP itself does with a long way, such as Nagle's algorithm waiting for a delayed acknowledgement.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rigwright.errors import RigError
from rigwright.lab import machine, network
from rigwright.lab.record import HostRecord

PROGRAM = Path(__file__).with_name("delay_line.py")


@contextlib.contextmanager
def latency(host: HostRecord, milliseconds: float) -> Iterator[None]:
    """Within the context, a packet to the host and back takes this long. A reboot of the host ends it.

    The kernel's netem holds the frames where there is one, else ``delay_line.py`` between two tap devices;
    either adds less than a millisecond of its own.

    Raises:
        RigError: Neither can be set up.
    """
    if milliseconds <= 0:
        yield
        return
    link = network.link(host.number)
    if _netem(link, milliseconds):
        try:
            yield
        finally:
            machine.call("tc", "qdisc", "delete", "dev", link, "root")
        return
    with _delay_line(host.number, milliseconds / 2):
        yield


def _netem(link: str, milliseconds: float) -> bool:
    """Hold all that goes to the host for the whole round trip; whether the kernel can."""
    command = [
        "tc",
        "qdisc",
        "add",
        "dev",
        link,
        "root",
        "netem",
        "delay",
        f"{milliseconds}ms",
        "limit",
        "100000",
    ]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


@contextlib.contextmanager
def _delay_line(number: int, one_way: float) -> Iterator[None]:
    """Move the host's cable from the lab's bridge to one of its own, behind a delay line."""
    link, far = network.link(number), network.far_bridge(number)
    taps = [f"{far}a", f"{far}b"]
    # A line whose user was killed goes with its user.
    network.bring_near(number)
    command = ["setpriv", "--pdeathsig", "TERM", sys.executable, "-I", str(PROGRAM), *taps, str(one_way)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as line:
        try:
            if line.stdout is None or line.stdout.readline() != "ready\n":
                raise RigError(
                    "cannot make tap devices for a delay line: the kernel has neither netem nor tun"
                )
            machine.call("ip", "-batch", "-", stdin=_detour(link, far, taps))
            yield
        finally:
            line.kill()
            line.wait()
            network.bring_near(number)


def _detour(link: str, far: str, taps: list[str]) -> str:
    return f"""\
link add name {far} type bridge mcast_snooping 0
link set {far} addrgenmode none
link set {far} up
link set {taps[0]} addrgenmode none
link set {taps[1]} addrgenmode none
link set {taps[0]} master {network.BRIDGE} up
link set {taps[1]} master {far} up
link set {link} master {far}
"""
