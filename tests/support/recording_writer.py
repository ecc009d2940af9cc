"""Writes rows as fast as the server takes them, and records each that was acknowledged. It runs on a host.

Argument: a file that gets one line for each row: its number, and when it was acknowledged, in seconds since
the epoch. Ends when the server does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time


def main() -> None:
    """Write until the connection ends."""
    out = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)
    command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as psql:
        assert psql.stdin
        assert psql.stdout
        while True:
            try:
                psql.stdin.write("INSERT INTO acknowledged DEFAULT VALUES RETURNING n;\n")
                psql.stdin.flush()
            except BrokenPipeError:
                return
            number = psql.stdout.readline()
            if not number:
                return
            os.write(out, f"{number.strip()} {time.time():.3f}\n".encode())


main()
