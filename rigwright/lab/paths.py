"""Where the lab keeps what it makes.

A host's folder lies beside ``.lab``, whose name no host can have: host names are DNS labels.
"""

from __future__ import annotations

from pathlib import Path

STATE = Path("/var/lib/rigwright/lab")
SHARED = STATE / ".lab"
KEY = SHARED / "id_ed25519"
KNOWN_HOSTS = SHARED / "known_hosts"
NETWORK = SHARED / "network.json"
LOCK = SHARED / "lock"

IMAGES = Path("/var/cache/rigwright/lab")
IMAGE_LOCK = IMAGES / ".lock"


def host_folder(name: str) -> Path:
    """Everything that one host has on the machine's disk."""
    return STATE / name
