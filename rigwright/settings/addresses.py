"""Addresses and networks in settings, IPv4 and IPv6, as the standard library writes them."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import AfterValidator


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError("must be an IPv4 or IPv6 address such as 192.0.2.10") from None


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise ValueError(
            "must be an address or a network without host bits, such as 192.0.2.0/24 or 2001:db8::/32"
        ) from None


Address = Annotated[str, AfterValidator(_address)]
Network = Annotated[str, AfterValidator(_network)]
