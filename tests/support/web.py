"""Requests as a browser's network layer makes them: any name at any address, no redirect followed."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What came back. Header names are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str:
        """The value of a header that must be there exactly once."""
        (value,) = self.all(name)
        return value

    @property
    def echo(self) -> Any:
        """The request as the stand-in application received it."""
        return json.loads(self.body)

    def received(self, name: str) -> list[str]:
        """The values of a header as the stand-in application received it."""
        return [value for key, value in self.echo["headers"] if key == name]


def unverified() -> ssl.SSLContext:
    """Take any certificate: another test checks them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def basic(given: str | None) -> dict[str, Any]:
    """The header for a name and a password, ``alice:password``; none where none is given."""
    return {"Authorization": f"Basic {base64.b64encode(given.encode()).decode()}"} if given else {}


@dataclass(frozen=True)
class Web:
    """A server at an address.

    Attributes:
        tls: None for plain HTTP.
    """

    address: str
    port: int
    tls: ssl.SSLContext | None = None

    def connect(self, name: str) -> socket.socket:
        """A connection, by TLS with this server name where there is a context."""
        plain = socket.create_connection((self.address, self.port), timeout=20)
        return self.tls.wrap_socket(plain, server_hostname=name) if self.tls else plain

    def request(
        self,
        name: str,
        path: str,
        method: str = "GET",
        *,
        body: bytes | None = None,
        host: str | None = None,
        **headers: str,
    ) -> Reply:
        """Request a path of a site. Underscores in header names stand for dashes; ``host`` overrides Host."""
        connection = http.client.HTTPConnection(self.address, self.port, timeout=20)
        connection.sock = self.connect(name)
        shown = {key.replace("_", "-"): value for key, value in headers.items()}
        try:
            connection.request(method, path, body=body, headers={"Host": host or name, **shown})
            reply = connection.getresponse()
            found = tuple((key.lower(), value) for key, value in reply.getheaders())
            return Reply(reply.status, found, reply.read())
        finally:
            connection.close()
