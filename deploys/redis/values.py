"""Types of single values. None of them lets through what Redis would read as more than one word."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, Field

from rigwright.secrets.quality import weakness
from rigwright.secrets.value import Secret


def _address(value: str) -> str:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        raise ValueError("must be an IPv4 or IPv6 address such as 172.17.0.1") from None
    if address.is_unspecified:
        raise ValueError("must be one address of the host, not all of them: name the container network's")
    if address.is_global:
        raise ValueError("is a public address, and clients connect without TLS here: name a private one")
    return str(address)


def strong(value: Secret) -> Secret:
    """The password, unless it is one that is guessed.

    Raises:
        ValueError: Why it must not be used.
    """
    if reason := weakness(value, "password"):
        raise ValueError(f"{reason}; make a new one: rig secret set INVENTORY {value.name}")
    return value


Address = Annotated[str, AfterValidator(_address)]
Pattern = Annotated[str, Field(pattern=r"^[!-~]{1,200}$")]
UserName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
DataFolder = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$")]
DataFile = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*$")]
CommandRule = Annotated[str, Field(pattern=r"^[+-](@[a-z]+|[a-z.]+(\|[a-z-]+)?)$")]
