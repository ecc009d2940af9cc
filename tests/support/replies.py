"""Reply at ports for a minute: ``python3 replies.py tcp:8500 udp:8501``. It runs on hosts."""

from __future__ import annotations

import os
import selectors
import socket
import sys
import time


def opened(word: str) -> socket.socket:
    """A socket on every address of both families; a datagram is sent back."""
    protocol, _, port = word.partition(":")
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    found = socket.socket(socket.AF_INET6, kind)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    found.bind(("::", int(port)))
    if protocol == "tcp":
        found.listen(64)
    return found


def ready() -> None:
    """Report to systemd that it serves (sd_notify(3))."""
    place = os.environ["NOTIFY_SOCKET"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notice:
        notice.connect("\0" + place[1:] if place.startswith("@") else place)
        notice.send(b"READY=1")


def main() -> None:
    """Serve all of them."""
    with selectors.DefaultSelector() as selector:
        for word in sys.argv[1:]:
            selector.register(opened(word), selectors.EVENT_READ)
        ready()
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for key, _ in selector.select(1):
                one = key.fileobj
                if one.type == socket.SOCK_DGRAM:  # type: ignore[union-attr]
                    text, client = one.recvfrom(64)  # type: ignore[union-attr]
                    one.sendto(text, client)  # type: ignore[union-attr]
                else:
                    one.accept()[0].close()  # type: ignore[union-attr]


if __name__ == "__main__":
    main()
