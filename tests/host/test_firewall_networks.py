"""Which ports this machine reaches: it is another host, in a network that the inventory knows or not."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deploys.firewall.settings import Access, FirewallSettings
from tests.support import probed
from tests.support.probed import Port

EVERYWHERE = {4: {"0.0.0.0", "*"}, 6: {"::", "*"}}


@pytest.fixture(scope="module")
def addresses(host: Any, address: str) -> list[str]:
    """The address by which the host is known, and its global IPv6 addresses."""
    shown = json.loads(host.check_output("ip -json -6 address show scope global"))
    six = [info["local"] for link in shown for info in link.get("addr_info", ()) if "local" in info]
    return list(dict.fromkeys([address, *six]))


def ends(one: Access) -> list[Port]:
    """The first and the last port of it."""
    return list(dict.fromkeys((one.protocol, port) for port in (one.ports[0], one.ports[-1])))


@pytest.fixture(scope="module")
def served(host: Any, firewall: FirewallSettings) -> Iterator[dict[Port, set[str]]]:
    """Where something listens; at declared ports that nothing has, a stand-in replies."""
    if not firewall.access:
        pytest.skip("the inventory limits and opens no port")
    # Programs that take datagrams need not reply to ours, and containers need not run.
    before = {port: places if port[0] == "tcp" else set() for port, places in probed.served(host).items()}
    before |= {port: set() for port in probed.published(host)}
    free = [port for one in firewall.access for port in ends(one) if port not in before]
    probed.reply_at(host, free)
    yield before | {port: {"::", "0.0.0.0"} for port in free}
    probed.stop_replies(host)


def test_each_declared_port_is_reached_from_its_networks_and_from_no_other(
    host: Any, firewall: FirewallSettings, addresses: list[str], served: dict[Port, set[str]]
) -> None:
    wrong = []
    own_addresses = {address: probed.source(host, address) for address in addresses}
    tried = [(address, one, port) for address in addresses for one in firewall.access for port in ends(one)]
    with ThreadPoolExecutor(16) as pool:
        output = list(pool.map(lambda case: probed.reached(case[0], case[2]), tried))
    for (address, one, port), there in zip(tried, output, strict=True):
        own = own_addresses[address]
        allowed = not one.networks or any(own in ipaddress.ip_network(net) for net in one.networks)
        # A program may serve one family or address alone.
        serves = served[port] & EVERYWHERE[own.version]
        if there and not allowed:
            wrong.append(f"{port} of {address} is open to {own}")
        if allowed and serves and not there:
            wrong.append(f"{port} of {address} is closed to {own}")
    assert wrong == []
