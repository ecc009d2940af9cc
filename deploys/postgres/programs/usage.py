"""Print which PostgreSQL clusters a host has, and what each holds, as one JSON object (read-only).

argument 1: the text of usage.sql, which each running server is asked
"""

from __future__ import annotations

import glob
import json
import os
import re
import subprocess
import sys
from typing import Any

CONFIGURATIONS = "/etc/postgresql/*/*/postgresql.conf"
FIRST_OF_OTHERS = 16384
QUERY_SECONDS = 20
PID_FILE_PORT, PID_FILE_SOCKET = 3, 4


def value(text: str, name: str) -> str | None:
    """A setting of the configuration file: the last line counts."""
    found = re.findall(rf"^\s*{name}\s*=?\s*'?([^'#\n]*)", text, re.MULTILINE)
    return found[-1].strip() if found else None


def read(path: str) -> str:
    """The text of a file, empty where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def made_later(data: str) -> int:
    """How many databases of a server's files were not made by initdb."""
    try:
        names = os.listdir(f"{data}/base")
    except OSError:
        return 0
    return sum(name.isdigit() and int(name) >= FIRST_OF_OTHERS for name in names)


def query(version: str, folder: str, port: str, sql: str) -> dict[str, Any]:
    """What the server itself reports, or why it reports nothing."""
    psql = [f"/usr/lib/postgresql/{version}/bin/psql", "-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1"]
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "PGCONNECT_TIMEOUT": "5",
        "PGOPTIONS": f"-c statement_timeout={QUERY_SECONDS}s",
    }
    try:
        done = subprocess.run(
            ["runuser", "-u", "postgres", "--", *psql, "-h", folder, "-p", port, "-d", "postgres"],
            input=sql,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            env=environment,
            timeout=2 * QUERY_SECONDS,
        )
        found = json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return {"error": " ".join(str(error).split())}
    if not isinstance(found, dict):
        last = (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        return {"error": last}
    return found


def cluster(path: str, sql: str) -> dict[str, Any]:
    """One cluster: where it is, and what it reports where it runs."""
    version, name = path.split("/")[3:5]
    text = read(path)
    data = value(text, "data_directory") or f"/var/lib/postgresql/{version}/{name}"
    lines = read(f"{data}/postmaster.pid").splitlines()
    runs = bool(lines) and lines[0].isdigit() and os.path.isdir(f"/proc/{lines[0]}")
    found: dict[str, Any] = {
        "version": version,
        "name": name,
        "data": data,
        "runs": runs,
        "files": made_later(data),
    }
    if runs and len(lines) > PID_FILE_SOCKET:
        folder = lines[PID_FILE_SOCKET].strip() or "/run/postgresql"
        return {
            **found,
            "port": int(lines[PID_FILE_PORT]),
            **query(version, folder, lines[PID_FILE_PORT], sql),
        }
    port = value(text, "port") or "5432"
    return {**found, "port": int(port) if port.isdigit() else 0}


def main() -> int:
    """Print all clusters."""
    found = [cluster(path, sys.argv[1]) for path in sorted(glob.glob(CONFIGURATIONS))]
    sys.stdout.write(json.dumps({"clusters": found}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
