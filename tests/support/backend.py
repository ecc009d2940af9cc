"""A stand-in application: ``python3 backend.py PORT``. It sends each client the request that arrived.

It runs on lab hosts, which have Python and nothing else, so it imports the standard library alone.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
COUNT = itertools.count(1)


class Application(BaseHTTPRequestHandler):
    """Responds with the request, and adds headers that must not reach a client twice."""

    protocol_version = "HTTP/1.1"

    def respond(self) -> None:
        """Send the request back; ``/…/status/404`` has that status, ``/…/slow/2`` waits 2 seconds."""
        upgrade = self.headers.get("Upgrade", "")
        if upgrade == "websocket":
            self.switch()
            return
        if "h2c" in upgrade:
            self.leave_http1()
            return
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        *_, verb, argument = ["", "", *self.path.split("?")[0].split("/")]
        if verb == "slow":
            time.sleep(float(argument))
        request = {
            "port": self.server.server_port,  # type: ignore[attr-defined]
            "count": next(COUNT),
            "method": self.command,
            "path": self.path,
            "headers": [(name.lower(), value) for name, value in self.headers.items()],
            "body_bytes": length,
        }
        content = json.dumps(request).encode()
        self.send_response(int(argument) if verb == "status" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Powered-By", "stand-in")
        self.send_header("Strict-Transport-Security", "max-age=1")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = respond  # noqa: N815  http.server's names

    def switch(self) -> None:
        """Accept a websocket."""
        key = self.headers.get("Sec-WebSocket-Key", "") + WEBSOCKET_GUID
        accepted = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()  # noqa: S324  the protocol's
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accepted)
        self.end_headers()

    def leave_http1(self) -> None:
        """Accept HTTP/2 without TLS (RFC 7540, section 3.2), as a server that knows it does."""
        self.send_response(101)
        self.send_header("Upgrade", "h2c")
        self.send_header("Connection", "Upgrade")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's name
        """Log nothing."""


class Server(ThreadingHTTPServer):
    """On loopback, IPv6 included."""

    address_family = socket.AF_INET6
    daemon_threads = True
    request_queue_size = 512

    def server_bind(self) -> None:
        """Take IPv4 too."""
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


if __name__ == "__main__":
    Server(("::", int(sys.argv[1])), Application).serve_forever()
