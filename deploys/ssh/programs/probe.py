"""Which configuration the running sshd has: ``probe.py MARK ADDRESS:PORT...``.

Exits 0 where the banner of every address ends with MARK, which the configuration's ``VersionAddendum`` sets.
"""

from __future__ import annotations

import socket
import sys

mark, *endpoints = sys.argv[1:]
for endpoint in endpoints:
    address, _, port = endpoint.rpartition(":")
    with socket.create_connection((address.strip("[]"), int(port)), timeout=5) as connection:
        banner = connection.recv(255).decode("ascii", "replace").strip()
    if banner.split()[-1:] != [mark]:
        sys.exit(f"what listens on {endpoint} sends {banner!r}, not {mark}")
