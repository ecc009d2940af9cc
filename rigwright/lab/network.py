"""The lab's own network on the machine: a bridge, masquerade, and forwarding for the packets that need it.

All hosts share one bridge, so that they reach each other and the operator reaches them by address.
Only the bridge and the machine's uplinks forward: the global switch would also change redirects and
router advertisements on every other interface.
"""

from __future__ import annotations

import ipaddress
import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rigwright import console
from rigwright.errors import RigError
from rigwright.lab import machine
from rigwright.lab.paths import NETWORK

BRIDGE: Final = "rigwright0"
TABLE: Final = "rigwright_lab"
# A unique local prefix (RFC 4193): "riglab" in ASCII.
PREFIX6: Final = ipaddress.IPv6Network("fd72:6967:6c61:62::/64")
CANDIDATES: Final = tuple(ipaddress.IPv4Network(f"10.213.{third}.0/24") for third in range(256))
GATEWAY_NUMBER: Final = 1


@dataclass(frozen=True)
class Network:
    """The lab's subnet, and what the machine's forwarding was before.

    Attributes:
        subnet: An IPv4 /24; the machine is its .1.
        forwarding: Value of ``net.ipv4.conf.<uplink>.forwarding`` before the lab, for each uplink changed.
        boot_id: The machine's boot that ``forwarding`` was read in.
    """

    subnet: str
    forwarding: dict[str, int]
    boot_id: str

    def address(self, number: int) -> str:
        """IPv4 address of the host with this number."""
        return str(ipaddress.IPv4Network(self.subnet)[number])

    @property
    def gateway(self) -> str:
        """The machine, as hosts see it."""
        return self.address(GATEWAY_NUMBER)


def address6(number: int) -> str:
    """IPv6 address of the host with this number."""
    return str(PREFIX6[number])


def mac(number: int) -> str:
    """A host's fixed, locally administered MAC, so that neighbours need not forget it when it boots again."""
    return f"02:72:69:67:00:{number:02x}"


def link(number: int) -> str:
    """Name of the machine's end of a host's cable."""
    return f"riglab{number}"


def far_bridge(number: int) -> str:
    """Name of the bridge on which a host stands while it is at a distance."""
    return f"rigfar{number}"


def free_subnet(routes: Iterable[str]) -> str:
    """The first candidate that overlaps no destination of the machine's routes.

    Raises:
        RigError: All are taken.
    """
    taken = [ipaddress.ip_network(route, strict=False) for route in routes]
    for candidate in CANDIDATES:
        if not any(isinstance(net, ipaddress.IPv4Network) and candidate.overlaps(net) for net in taken):
            return str(candidate)
    raise RigError("the machine's routes cover 10.213.0.0/16, in which the lab needs a /24")


def ruleset(subnet: str) -> str:
    """The lab's own nftables table: hosts leave the machine under the machine's address."""
    return f"""\
table ip {TABLE} {{
  chain postrouting {{
    type nat hook postrouting priority srcnat
    ip saddr {subnet} oifname != "{BRIDGE}" masquerade
  }}
}}
"""


def dropping(listed: str) -> list[str]:
    """The chains of a firewall that drop forwarded packets unless a rule lets them pass.

    Args:
        listed: What ``nft --json list chains`` prints.
    """
    chains = (entry["chain"] for entry in json.loads(listed)["nftables"] if "chain" in entry)
    return [
        f"{chain['family']} {chain['table']} {chain['name']}"
        for chain in chains
        if chain.get("hook") == "forward"
        and chain.get("policy") == "drop"
        and chain["family"] in {"ip", "inet"}
    ]


def load() -> Network | None:
    """The network as last set up, or None if there is none."""
    try:
        return Network(**json.loads(NETWORK.read_text()))
    except FileNotFoundError:
        return None


def up() -> Network:
    """Set up what is missing of the network, and return it."""
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    known = load()
    subnet = known.subnet if known else free_subnet(_destinations())
    before = known.forwarding if known and known.boot_id == boot_id else {}
    routes = json.loads(machine.call("ip", "-json", "-4", "route", "show", "default"))
    for link in {route["dev"] for route in routes if "dev" in route} - before.keys():
        before[link] = int(_forwarding(link).read_text())
    network = Network(subnet, before, boot_id)
    # What was there before is on disk before anything changes.
    new = NETWORK.with_suffix(".new")
    new.write_text(json.dumps(asdict(network)))
    new.rename(NETWORK)
    if not _exists(BRIDGE):
        machine.call("ip", "link", "add", "name", BRIDGE, "address", mac(GATEWAY_NUMBER), "type", "bridge")
    machine.call("ip", "-batch", "-", stdin=_bridge(network))
    for link in (BRIDGE, *before):
        _forwarding(link).write_text("1")
    machine.call("nft", "-f", "-", stdin=f"table ip {TABLE}\ndelete table ip {TABLE}\n{ruleset(subnet)}")
    return network


def warn_of_firewall() -> None:
    """Warn if the machine's own firewall keeps hosts from the outside: no other table can overrule it."""
    for chain in dropping(machine.call("nft", "--json", "list", "chains")):
        console.note(
            f"this machine's firewall drops forwarded packets (nftables chain {chain}): lab hosts reach this "
            f"machine and each other, and the outside only if you let {BRIDGE} through:\n"
            f"  nft insert rule {chain} iifname {BRIDGE} accept\n"
            f"  nft insert rule {chain} oifname {BRIDGE} accept"
        )


def bring_near(number: int) -> None:
    """Put a host whose delay line is gone back on the lab's bridge."""
    far = far_bridge(number)
    if _exists(far) and not _exists(f"{far}a"):
        if _exists(link(number)):
            machine.call("ip", "link", "set", link(number), "master", BRIDGE)
        machine.call("ip", "link", "delete", far)


def down() -> None:
    """Take the network away and set forwarding to what it was. No host may be up."""
    network = load()
    if network is None:
        return
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    if shutil.which("nft"):
        machine.call("nft", "-f", "-", stdin=f"table ip {TABLE}\ndelete table ip {TABLE}\n")
    for link, value in network.forwarding.items() if network.boot_id == boot_id else ():
        if _exists(link):
            _forwarding(link).write_text(str(value))
    if _exists(BRIDGE):
        machine.call("ip", "link", "delete", BRIDGE)
    NETWORK.unlink()


def _exists(link: str) -> bool:
    # Not /sys/class/net, which shows the network namespace that it was mounted in, not the caller's.
    return _forwarding(link).exists()


def _forwarding(link: str) -> Path:
    return Path("/proc/sys/net/ipv4/conf", link, "forwarding")


def _destinations() -> list[str]:
    routes = json.loads(machine.call("ip", "-json", "-4", "route", "show", "table", "all"))
    return [route["dst"] for route in routes if route["dst"] != "default"]


def _bridge(network: Network) -> str:
    """What makes the bridge complete, whatever a killed run left of it."""
    ipv6 = Path("/proc/sys/net/ipv6/conf", BRIDGE, "disable_ipv6")
    has_ipv6 = ipv6.exists() and ipv6.read_text().strip() == "0"
    address6_of_machine = (
        f"addr replace {address6(GATEWAY_NUMBER)}/64 dev {BRIDGE} nodad\n" if has_ipv6 else ""
    )
    return f"""\
link set {BRIDGE} type bridge mcast_snooping 0
link set {BRIDGE} up
addr replace {network.gateway}/24 dev {BRIDGE}
{address6_of_machine}"""
