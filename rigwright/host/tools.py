"""What every query of a host needs: content of files, names in a directory, output of programs.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import os
import subprocess

STATE = os.environ.get("RIGWRIGHT_STATE", "/var/lib/rigwright")
COMMAND_TIMEOUT_SECONDS = 60
MAX_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 2**20
"""The kernel reads no file of /proc/sys in 4 MiB or more at once: KMALLOC_MAX_SIZE, fs/proc/proc_sysctl.c."""


def run(*command: str) -> str:
    """Standard output of a command, empty when it cannot run."""
    environment = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=COMMAND_TIMEOUT_SECONDS, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")


def read(path: str) -> bytes | None:
    """Content of a file, None when there is none, or when it is far too large for what the toolkit keeps."""
    content = bytearray()
    try:
        with open(path, "rb") as file:
            while len(content) <= MAX_BYTES and (chunk := file.read(CHUNK_BYTES)):
                content += chunk
    except OSError:
        return None
    return bytes(content) if len(content) <= MAX_BYTES else None


def listing(path: str) -> list[str] | None:
    """Names in a directory, None when it cannot be listed. The transaction's own names are left out."""
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return None
    return [name for name in names if not (name.startswith(".") and ".rig-" in name)]
