"""A stand-in for a released application: HTTP and websockets, by variables as good or as bad as a test wants.

It is the program of an image of the lab's own, and imports the standard library alone.

RELEASE: what it names itself by. PORT: where it listens, 8080 if unset. SLOW_START: seconds until it listens.
NEVER_READY, WRONG_VERSION, IGNORE_TERM: with any value. FAILURES: one request in so many fails.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import itertools
import json
import os
import signal
import time

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CLOSE = 8
COUNT = itertools.count(1)


def response(status: str, body: bytes) -> bytes:
    """A whole response that leaves the connection open."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def answer(path: str, body: bytes) -> bytes:
    """The response to one request."""
    given = os.environ
    release = "another" if "WRONG_VERSION" in given else given.get("RELEASE", "none")
    shown = {"release": release, "greeting": given.get("GREETING", ""), "received": len(body)}
    if path.startswith("/ready") and "NEVER_READY" in given:
        return response("503 Service Unavailable", json.dumps(shown).encode())
    if not path.startswith("/ready") and "FAILURES" in given and next(COUNT) % int(given["FAILURES"]) == 0:
        return response("500 Internal Server Error", b"{}")
    return response("200 OK", json.dumps(shown).encode())


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: bytes) -> None:
    """A websocket that sends each short message back, until the client leaves."""
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())  # noqa: S324  RFC 6455 names it
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    writer.write(head + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    while True:
        first, length = await reader.readexactly(2)
        mask = await reader.readexactly(4)
        data = await reader.readexactly(length & 0x7F)
        if first & 0x0F == CLOSE:
            return
        plain = bytes(one ^ mask[at % 4] for at, one in enumerate(data))
        writer.write(bytes([first, len(plain)]) + plain)
        await writer.drain()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection."""
    ended = (asyncio.IncompleteReadError, ConnectionError)
    with contextlib.suppress(*ended):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            request, *lines = head.decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            path = request.split(" ")[1]
            if "sec-websocket-key" in headers:
                await echo(reader, writer, headers["sec-websocket-key"].encode())
                break
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            if path.startswith("/slow"):
                await asyncio.sleep(3)
            writer.write(answer(path, body))
            await writer.drain()
    writer.close()


async def main() -> None:
    """Listen until SIGTERM, and then end requests under way."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, (lambda: None) if "IGNORE_TERM" in os.environ else stopping.set)
    port = int(os.environ.get("PORT", "8080"))
    server = await asyncio.start_server(serve, "0.0.0.0", port)  # noqa: S104  of a container
    await stopping.wait()
    server.close()
    await asyncio.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    time.sleep(float(os.environ.get("SLOW_START", "0")))
    asyncio.run(main())
