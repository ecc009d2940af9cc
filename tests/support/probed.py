"""Ports of a host as another host reaches them: what listens there for a while, and what gets a reply."""

from __future__ import annotations

import base64
import ipaddress
import re
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Port = tuple[str, int]
"""``tcp`` or ``udp``, and the number."""
SECONDS = 1.5
"""A reply from the other side of the earth takes a third of a second."""
PEER = """p=$$; while [ "${p:-1}" -gt 1 ]; do
tr '\\0' '\\n' </proc/$p/environ | sed -n 's/^SSH_CONNECTION=//p'
p=$(sed -n 's/^PPid:[^0-9]*//p' /proc/$p/status); done"""
"""Sudo takes the variable away, so a process further up has it: the peer's address and port come first."""
PROGRAM = "/run/rig-test-replies.py"
UNIT = "rig-test-replies"


def source(host: Any, address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address that this machine has for a host: behind NAT it is not one of its own."""
    peers = [ipaddress.ip_address(line.split()[0]) for line in host.check_output(PEER).splitlines() if line]
    wanted = ipaddress.ip_address(address).version
    if peers and peers[0].version == wanted:
        return peers[0]
    family = socket.AF_INET6 if wanted == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:  # nothing is sent
        probe.connect((address, 9))
        return ipaddress.ip_address(probe.getsockname()[0].partition("%")[0])


def reached(address: str, port: Port) -> bool:
    """Whether a connection is taken, or a datagram gets a reply."""
    if port[0] == "tcp":
        try:
            socket.create_connection((address, port[1]), timeout=SECONDS).close()
        except OSError:
            return False
        return True
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.settimeout(SECONDS)
        try:
            probe.connect((address, port[1]))
            probe.send(b"rigwright")
            return probe.recv(64) == b"rigwright"
        except OSError:
            return False


def served(host: Any) -> dict[Port, set[str]]:
    """Where the host's programs listen: addresses by port, as the kernel has them."""
    found: dict[Port, set[str]] = {}
    for line in host.check_output("ss -H -lntu").splitlines():
        words = line.split()
        address, _, port = words[4].rpartition(":")
        found.setdefault((words[0], int(port)), set()).add(address.strip("[]").partition("%")[0])
    return found


def published(host: Any) -> set[Port]:
    """Ports that the kernel passes on to containers."""
    rules = host.run("iptables -w 5 -t nat -S").stdout
    found = re.findall(r"-p (tcp|udp) .*--dport (\d+) .*-j DNAT", rules)
    return {(protocol, int(port)) for protocol, port in found}


def reply_at(host: Any, ports: Iterable[Port]) -> None:
    """Have the host reply at these ports, of all its addresses, until they are stopped or for a minute."""
    text = base64.b64encode(Path(__file__).with_name("replies.py").read_bytes()).decode()
    words = " ".join(f"{protocol}:{number}" for protocol, number in ports)
    host.check_output(f"echo {text} | base64 -d >{PROGRAM}")
    host.check_output(f"systemd-run -q --collect --unit={UNIT} -p Type=notify python3 -I {PROGRAM} {words}")


def stop_replies(host: Any) -> None:
    """End that."""
    host.run(f"systemctl stop {UNIT}; rm -f {PROGRAM}")


def listens_at(address: str, listen_addresses: Iterable[str]) -> bool:
    """Whether a server with these addresses takes connections to this address of its host, or its name."""
    found = {str(one[4][0]) for one in socket.getaddrinfo(address, None)}
    return bool({*listen_addresses} & {*found, *("0.0.0.0" if ":" not in one else "::" for one in found)})
