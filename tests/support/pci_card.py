"""QEMU with a PCI function that only shows its ids: ``pci_card.py VENDOR:DEVICE QEMU-ARGUMENTS``.

QEMU's ``x-pci-proxy-dev`` reads from another process the configuration space of its function. This is that
process, and starts QEMU. No driver can bind to the function: it is an identity, and not a card.
The messages are those of QEMU's docs/devel/multi-process: a command and a size, then the data.
"""

from __future__ import annotations

import os
import socket
import struct
import sys

PROGRAM = "qemu-system-x86_64"
HEADER = struct.Struct("<i4xQ")
CONFIG = struct.Struct("<IIi")
ANSWER, CONFIG_WRITE, CONFIG_READ, BAR_WRITE, BAR_READ, RESET = 1, 2, 3, 4, 5, 7
VGA_CONTROLLER = b"\xa1\x00\x00\x03"
"""Revision a1, and the class of a VGA controller."""


def configuration(vendor: int, device: int) -> bytes:
    """The first 256 bytes: identity and class, and no memory of its own."""
    space = bytearray(256)
    space[0:4] = struct.pack("<HH", vendor, device)
    space[8:12] = VGA_CONTROLLER
    space[44:48] = struct.pack("<HH", vendor, 1)
    return bytes(space)


def read(connection: socket.socket, size: int) -> bytes:
    """So many bytes; descriptors that come with them are closed."""
    found = b""
    while len(found) < size:
        part, descriptors, _, _ = socket.recv_fds(connection, size - len(found), 16)
        for descriptor in descriptors:
            os.close(descriptor)
        if not part:
            raise EOFError
        found += part
    return found


def serve(connection: socket.socket, space: bytes) -> None:
    """Answer until QEMU ends."""
    while True:
        command, size = HEADER.unpack(read(connection, HEADER.size))
        data = read(connection, size)
        value = 0
        if command == CONFIG_READ:
            address, _, length = CONFIG.unpack(data[: CONFIG.size])
            value = int.from_bytes(space[address : address + length], "little")
        if command in (CONFIG_WRITE, CONFIG_READ, BAR_WRITE, BAR_READ, RESET):
            connection.sendall(HEADER.pack(ANSWER, 8) + struct.pack("<Q", value))


def main() -> None:
    """Become QEMU, with a child that stands in for the card; without one where QEMU only tries something."""
    identity, *arguments = sys.argv[1:]
    if "-name" in arguments:
        own, theirs = socket.socketpair()
        if os.fork() == 0:
            theirs.close()
            try:
                serve(own, configuration(*(int(part, 16) for part in identity.split(":"))))
            except (EOFError, OSError):
                os._exit(0)
        own.close()
        os.set_inheritable(theirs.fileno(), True)  # noqa: FBT003  its only argument
        arguments += ["-device", f"x-pci-proxy-dev,id=card,fd={theirs.fileno()},bus=pcie.0,addr=0x11"]
    os.execvp(PROGRAM, [PROGRAM, *arguments])  # noqa: S606  no shell is needed


if __name__ == "__main__":
    main()
