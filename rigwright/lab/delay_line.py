"""Join two tap devices by a line that holds every frame for a while: a program of its own.

Usage: ``python delay_line.py TAP TAP MILLISECONDS``; the delay is for each direction.
It prints ``ready`` when both devices are there, and they vanish when it ends.
It needs root and nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import sys
import time
from collections import deque

TUNSETIFF = 0x400454CA  # linux/if_tun.h
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
FRAME_BYTES = 65536


def open_tap(name: str) -> int:
    """Make a tap device and return its descriptor."""
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return tap


def receive(tap: int, held: deque[tuple[float, bytes]], seconds: float) -> None:
    """Take all frames that wait at a device, each with the moment when it may go on."""
    while True:
        try:
            frame = os.read(tap, FRAME_BYTES)
        except BlockingIOError:
            return
        held.append((time.monotonic() + seconds, frame))


def send(tap: int, held: deque[tuple[float, bytes]]) -> None:
    """Pass on the frames whose moment has come. What the device does not take is lost, as on a wire."""
    while held and held[0][0] <= time.monotonic():
        with contextlib.suppress(OSError):
            os.write(tap, held.popleft()[1])


def join(left: int, right: int, seconds: float) -> None:
    """Carry frames between two devices until the process is killed."""
    ways: tuple[tuple[int, int, deque[tuple[float, bytes]]], ...] = (
        (left, right, deque()),
        (right, left, deque()),
    )
    while True:
        next_due = min((held[0][0] for _, _, held in ways if held), default=None)
        wait = None if next_due is None else max(0.0, next_due - time.monotonic())
        readable, _, _ = select.select([left, right], [], [], wait)
        for source, target, held in ways:
            if source in readable:
                receive(source, held, seconds)
            send(target, held)


def main() -> None:
    """Run the program."""
    left, right, milliseconds = sys.argv[1:]
    taps = open_tap(left), open_tap(right)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    join(*taps, float(milliseconds) / 1000)


if __name__ == "__main__":
    main()
