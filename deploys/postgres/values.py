"""Types of single values. None of them lets through what PostgreSQL or a shell would read as syntax."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, Field

from rigwright.settings.addresses import Address, Network

RESERVED = ("all", "none", "public", "postgres", "replication", "sameuser", "samerole", "samegroup")


def _not_every_address(value: str) -> str:
    network = ipaddress.ip_network(value)
    if network.prefixlen == 0:
        raise ValueError(f"{network} is every address: list the clients' networks")
    return value


def _private(value: str) -> str:
    address = ipaddress.ip_address(value)
    if address.is_unspecified:
        raise ValueError("must be one address of the host, not all of them: name the container network's")
    if address.is_global:
        raise ValueError("is a public address, and clients connect without TLS here: name a private one")
    return value


def _not_reserved(value: str) -> str:
    if value in (*RESERVED, "template0", "template1") or value.startswith("pg_"):
        raise ValueError(f"{value} is PostgreSQL's own: take another name")
    return value


PrivateAddress = Annotated[Address, AfterValidator(_private)]
ClientNetwork = Annotated[Network, AfterValidator(_not_every_address)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,62}$")]
"""What PostgreSQL takes in quotation marks, and what neither a shell, psql nor PgBouncer reads as syntax."""
SqlName = Annotated[Identifier, AfterValidator(_not_reserved)]
RoleName = Identifier
ExtensionPackage = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]{0,62}$")]
Library = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Extension = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
Locale = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.@-]*$")]
Calendar = Annotated[str, Field(pattern=r"^[A-Za-z0-9*:,./ -]+$", max_length=100)]
Directory = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$")]
Seconds = Annotated[int, Field(ge=0, le=86_400)]
