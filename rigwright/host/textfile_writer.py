"""Files that other programs read while they are written, such as metrics for the node exporter.

Runs under the host's own Python (3.10 and newer) with the standard library only.
"""

from __future__ import annotations

import os

FOLDER = os.environ.get("RIGWRIGHT_TEXTFILE_FOLDER", "/var/lib/prometheus/node-exporter")
"""Whose ``*.prom`` the node exporter shows to Prometheus."""


def write(path: str, text: str, mode: int) -> None:
    """Replace a file, so that no program reads half of it."""
    new = f"{path}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), mode)
    os.replace(new, path)
