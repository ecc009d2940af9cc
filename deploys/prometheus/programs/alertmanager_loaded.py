"""PORT: succeed when the Alertmanager on this port of loopback has loaded its configuration file."""

from __future__ import annotations

import hashlib
import re
import sys
import urllib.request

CONFIGURATION = "/etc/prometheus/alertmanager.yml"


def expected() -> int:
    """What it shows of the file that it runs with: the first 48 bits of the file's MD5."""
    with open(CONFIGURATION, "rb") as file:
        return int.from_bytes(hashlib.md5(file.read()).digest()[:6], "little")  # noqa: S324  its own choice


def shown(port: str) -> float | None:
    """The hash among its metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as response:
        found = re.search(r"^alertmanager_config_hash (\S+)$", response.read().decode(), re.MULTILINE)
    return float(found[1]) if found else None


if __name__ == "__main__":
    sys.exit(0 if shown(sys.argv[1]) == expected() else 1)
