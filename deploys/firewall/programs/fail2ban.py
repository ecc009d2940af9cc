"""The jail sshd as the running fail2ban has it, after all its files: prints {NAME: VALUE} as JSON.

Exits 1 where fail2ban does not respond. Its own client, asked once for each value, takes ten times as long.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

SOCKET = "/run/fail2ban/fail2ban.sock"
JAIL = "sshd"
TRIES, PAUSE_SECONDS = 10, 0.3


def main() -> None:
    """Print it."""
    try:
        from fail2ban.client.csocket import CSocket  # type: ignore[import-not-found]
    except ImportError as error:
        sys.exit(f"fail2ban: {error}")

    def get(*names: str) -> Any:
        code, value = CSocket(SOCKET).send(["get", JAIL, *names])
        if code:
            sys.exit(f"fail2ban: get {JAIL} {' '.join(names)}: {value}")
        return value

    try:
        found = {name: str(get(name)) for name in ("maxretry", "findtime", "bantime")}
        # A reload takes the actions out, and puts them in again a moment later.
        for _ in range(TRIES):
            if actions := sorted(map(str, get("actions"))):
                break
            time.sleep(PAUSE_SECONDS)
        ports = [f"{name} on port {get('action', name, 'port')}" for name in actions]
        found["action"] = "; ".join(ports) or "none: no address is shut out"
        found["ignored"] = " ".join(sorted(map(str, get("ignoreip")))) or "none"
        found["ignorecommand"] = str(get("ignorecommand") or "none")
    except OSError as error:
        sys.exit(f"fail2ban: {error}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
