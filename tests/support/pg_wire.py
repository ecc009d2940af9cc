"""PostgreSQL's protocol, as far as a client gets before it has shown a password (protocol 3.0)."""

from __future__ import annotations

import socket
import ssl
import struct
from dataclasses import dataclass

SSL_REQUEST = struct.pack("!II", 8, 80877103)
PROTOCOL = 196608
SASL = 10


@dataclass(frozen=True)
class Greeting:
    """What the server replies to a name and a database.

    Attributes:
        kind: ``R`` requests something, ``E`` refuses.
        code: What is requested: 0 nothing, 3 the password in clear, 5 its MD5, 10 SASL.
        text: The mechanisms that it takes, or why it refuses.
    """

    kind: str
    code: int
    text: str

    @property
    def requires_scram(self) -> bool:
        """Whether it requires a proof by SCRAM and nothing weaker."""
        return (self.kind, self.code) == ("R", SASL) and "SCRAM-SHA-256" in self.text


def greet(address: str, port: int, user: str, database: str, *, tls: bool) -> Greeting:
    """Introduce oneself, and listen."""
    with socket.create_connection((address, port), timeout=10) as plain:
        connection: socket.socket = plain
        if tls:
            plain.sendall(SSL_REQUEST)
            assert plain.recv(1) == b"S", "the server offers no TLS"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            connection = context.wrap_socket(plain)
        words = f"user\0{user}\0database\0{database}\0\0".encode()
        connection.sendall(struct.pack("!II", 8 + len(words), PROTOCOL) + words)
        return _message(connection)


def _message(connection: socket.socket) -> Greeting:
    kind = _exactly(connection, 1).decode()
    (length,) = struct.unpack("!I", _exactly(connection, 4))
    body = _exactly(connection, length - 4)
    code = struct.unpack("!I", body[:4])[0] if kind == "R" else 0
    return Greeting(kind, code, body.decode("utf-8", "replace"))


def _exactly(connection: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        more = connection.recv(count - len(found))
        assert more, "the server hung up"
        found += more
    return found
