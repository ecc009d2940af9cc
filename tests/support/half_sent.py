"""A client that begins requests and never ends them: ``python3 half_sent.py ADDRESS PORT COUNT SECONDS``.

It runs on lab hosts with the standard library alone, and keeps so many connections under way at a time.
"""

from __future__ import annotations

import resource
import select
import socket
import sys
import time

HEAD = b"GET / HTTP/1.1\r\nHost: half.test\r\nX-Slow: "


def begin(address: str, port: int) -> socket.socket:
    """A connection under way."""
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    one.settimeout(0)
    one.connect_ex((address, port))
    return one


def main(address: str, port: int, count: int, seconds: float) -> None:
    """Hold them, and begin again what the server ends."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, count + 100))
    end = time.monotonic() + seconds
    poll = select.epoll()
    held: dict[int, socket.socket] = {}
    taken: set[int] = set()
    while time.monotonic() < end:
        for _ in range(min(500, count - len(held))):
            one = begin(address, port)
            held[one.fileno()] = one
            poll.register(one, select.EPOLLOUT | select.EPOLLET)
        for number, event in poll.poll(0.05):
            if event & (select.EPOLLERR | select.EPOLLHUP):
                poll.unregister(number)
                held.pop(number).close()
                taken.discard(number)
            elif number not in taken:
                held[number].send(HEAD)
                taken.add(number)
                poll.modify(number, select.EPOLLRDHUP | select.EPOLLET)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
