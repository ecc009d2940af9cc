"""Types of single values. None of them lets through what nginx would read as syntax."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, Field

SYNTAX = frozenset(";{}\"'\\$#\n\r\t")


def _plain(value: str) -> str:
    found = sorted(SYNTAX & set(value))
    if found:
        raise ValueError(f"must not hold {' '.join(map(repr, found))}: nginx would read it as syntax")
    return value


def _url_path(value: str) -> str:
    if ".." in value.split("/") or "//" in value:
        raise ValueError("must hold neither '..' nor '//': nginx compares with the normalised path")
    return value


def _file_path(value: str) -> str:
    if ".." in value.split("/"):
        raise ValueError("must not hold '..'")
    return value


def bracketed(address: str) -> str:
    """The address as it stands before a port."""
    return f"[{address}]" if ":" in address else address


_HOST = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
_PORT = r"(:[0-9]{1,5})?"
_ORIGIN = rf"://(\*\.)?{_HOST}{_PORT}$"
_HOST_NAME = re.compile(rf"^{_HOST}$")


def _host(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        if _HOST_NAME.fullmatch(value):
            return value
    raise ValueError("must be an address such as 127.0.0.1 or a host name")


Host = Annotated[str, AfterValidator(_host)]
PlainText = Annotated[str, Field(max_length=1000), AfterValidator(_plain)]
UrlPath = Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/@:+,=-]*$"), AfterValidator(_url_path)]
FilePath = Annotated[str, Field(pattern=r"^/[A-Za-z0-9._/-]*[A-Za-z0-9._-]$"), AfterValidator(_file_path)]
Url = Annotated[str, Field(pattern=rf"^https?://{_HOST}{_PORT}(/[A-Za-z0-9._~/@:+,=&?%-]*)?$")]
HttpOrigin = Annotated[str, Field(pattern=r"^https?" + _ORIGIN)]
WebsocketOrigin = Annotated[str, Field(pattern=r"^wss?" + _ORIGIN)]
ExactOrigin = Annotated[str, Field(pattern=rf"^https?://{_HOST}{_PORT}$")]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")]
CspHash = Annotated[str, Field(pattern=r"^sha(256|384|512)-[A-Za-z0-9+/]+={0,2}$")]
LineageName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*$")]
Email = Annotated[str, Field(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$")]
