"""How sshd lets its clients log in: ``offered.py ADDRESS:PORT`` asks it as a client without a key does.

Prints {"offered to clients": METHODS} as JSON, METHODS in sshd's order, with commas. sshd that restarts is
waited for. The account is one that no host has, so such a connection is no failed login of anybody.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

ACCOUNT = "rigwright-none"
OPTIONS = {
    "BatchMode": "yes",
    "ConnectTimeout": "5",
    "GlobalKnownHostsFile": "/dev/null",
    "IdentityAgent": "none",
    "LogLevel": "ERROR",
    "PreferredAuthentications": "none",
    "StrictHostKeyChecking": "no",
    "UserKnownHostsFile": "/dev/null",
}
TRIES, PAUSE_SECONDS = 10, 0.3
DENIED = re.compile(r"Permission denied \(([a-z,-]+)\)\.")


def methods(code: int, printed: str) -> str | None:
    """The methods in what the client printed; None where there are none, such as when nothing listens."""
    if code == 0:
        return "none, so anybody may"
    found = DENIED.search(printed)
    return found[1] if found else None


def main(endpoint: str) -> None:
    """Print what is offered there."""
    address, _, port = endpoint.rpartition(":")
    options = [f"-o{name}={value}" for name, value in OPTIONS.items()]
    command = ["ssh", "-F", "/dev/null", *options, "-p", port, f"{ACCOUNT}@{address.strip('[]')}", "true"]
    printed = ""
    for _ in range(TRIES):
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=30)
        printed = done.stderr.decode("utf-8", "replace")
        if found := methods(done.returncode, printed):
            print(json.dumps({"offered to clients": found}))
            return
        time.sleep(PAUSE_SECONDS)
    sys.exit(f"{endpoint}: {(printed.splitlines() or ['nothing came back'])[-1]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
