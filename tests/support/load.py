"""Load by a client without retries: whatever does not come back whole, and as it should, has failed.

Connections are kept open, as browsers do; beside them fresh ones, bodies, slow requests and websockets.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import ssl
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from typing_extensions import Self

SECONDS = 20
MASK = b"\x01\x02\x03\x04"


@dataclass
class Result:
    """What came of it.

    Attributes:
        releases: Responses by the release that they name.
        failures: Each one, in words.
        websockets: Messages that came back over upgraded connections.
        cut: Upgraded connections that ended before their client left.
    """

    releases: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    websockets: int = 0
    cut: int = 0

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(self.releases.values()) + len(self.failures)


class Load:
    """Clients of one site, in a thread of their own, from ``with`` to its end."""

    def __init__(self, address: str, port: int, name: str, *, clients: int = 6) -> None:
        self.address, self.port, self.name, self.clients = address, port, name, clients
        self.result = Result()
        self._end = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()))
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def until(self, requests: int, seconds: float) -> None:
        """Wait until there were so many, or so long."""
        end = time.monotonic() + seconds
        while self.result.requests < requests and time.monotonic() < end:
            time.sleep(0.1)

    async def _all(self) -> None:
        kept = [self._while(self._kept) for _ in range(self.clients)]
        await asyncio.gather(*kept, self._while(self._fresh), self._while(self._slow), self._websocket())

    async def _while(self, one: Callable[[], Awaitable[None]]) -> None:
        while not self._end.is_set():
            try:
                await asyncio.wait_for(one(), SECONDS)
            except Exception as error:  # noqa: BLE001, PERF203  whatever it is, the request failed
                self.result.failures.append(repr(error))
                await asyncio.sleep(0.05)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(
            self.address, self.port, ssl=self._tls, server_hostname=self.name
        )

    async def _kept(self) -> None:
        """Fifty requests over one connection, each fifth with a body."""
        reader, writer = await self._open()
        try:
            for number in range(50):
                if self._end.is_set():
                    return
                await self._request(reader, writer, "/", b"x" * 2000 if number % 5 == 0 else b"")
        finally:
            writer.close()

    async def _fresh(self) -> None:
        reader, writer = await self._open()
        try:
            await self._request(reader, writer, "/fresh", b"")
        finally:
            writer.close()

    async def _slow(self) -> None:
        """One that takes three seconds, so that a switch finds it under way."""
        reader, writer = await self._open()
        try:
            await self._request(reader, writer, "/slow", b"")
        finally:
            writer.close()

    async def _request(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, body: bytes
    ) -> None:
        verb = "POST" if body else "GET"
        head = f"{verb} {path} HTTP/1.1\r\nHost: {self.name}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = answer.split(" ")[1]
        lines = dict(line.lower().split(": ", 1) for line in answer.split("\r\n")[1:] if ": " in line)
        content = (await reader.readexactly(int(lines["content-length"]))).decode()
        if status != "200" or f'"received": {len(body)}' not in content:
            self.result.failures.append(f"{verb} {path}: {status} {content[:80]}")
            return
        self.result.releases[content.split('"release": "')[1].split('"')[0]] += 1

    async def _websocket(self) -> None:
        """One upgraded connection that sends a short message again and again, and opens another when cut."""
        while not self._end.is_set():
            ended = (OSError, asyncio.IncompleteReadError, ValueError)
            with contextlib.suppress(*ended):
                await self._talk()
            if not self._end.is_set():
                self.result.cut += 1
                await asyncio.sleep(0.2)

    async def _talk(self) -> None:
        reader, writer = await self._open()
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET /ws HTTP/1.1\r\nHost: {self.name}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        writer.write(f"{head}Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in answer.split(b"\r\n")[0]:
            self.result.failures.append(f"websocket: {answer[:60]!r}")
            return
        try:
            while not self._end.is_set():
                text = b"ping"
                masked = bytes(one ^ MASK[at % 4] for at, one in enumerate(text))
                writer.write(bytes([0x81, 0x80 | len(text)]) + MASK + masked)
                await writer.drain()
                frame = await reader.readexactly(2 + len(text))
                self.result.websockets += frame.endswith(text)
                await asyncio.sleep(0.1)
        finally:
            writer.close()
