"""What sshd makes of its files: ``effective.py show|check ACCOUNTS NAME=VALUE...``.

ACCOUNTS are separated by commas; sshd is queried for each, because a Match block may name it. Names are those
of ``sshd -T``, in lower case. ``show`` prints {NAME: VALUE} as JSON; different values of a name are joined by
``|``. ``check`` exits 1 where one differs from the given value, and prints the lines that may be why.
"""

from __future__ import annotations

import glob
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator


def effective(names: list[str], *connection: str) -> dict[str, str]:
    """The values that ``sshd -T`` prints for a connection; several of one name in order."""
    done = subprocess.run(["/usr/sbin/sshd", "-T", *connection], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        name, _, value = line.partition(" ")
        found.setdefault(name, []).append(value)
    return {name: " ".join(sorted(found.get(name, ()))) for name in names}


def lines(name: str) -> Iterator[str]:
    """Every line of sshd's files that sets the name, or begins a Match block."""
    for path in ["/etc/ssh/sshd_config", *sorted(glob.glob("/etc/ssh/sshd_config.d/*.conf"))]:
        with open(path) as file:
            for number, line in enumerate(file, 1):
                if re.match(rf"\s*({name}|match)\b", line, re.IGNORECASE):
                    yield f"{path}:{number}: {line.strip()}"


def main(action: str, accounts: str, *pairs: str) -> None:
    """Show or check the values that sshd would take."""
    wanted = dict(pair.split("=", 1) for pair in pairs)
    # sshd's unit removes this folder when it stops, and without the folder sshd does not even read its files.
    os.makedirs("/run/sshd", 0o755, exist_ok=True)
    users = (f"user={one},host=192.0.2.1,addr=192.0.2.1" for one in accounts.split(","))
    seen = [effective([*wanted]), *(effective([*wanted], "-C", user) for user in users)]
    found = {name: " | ".join(sorted({one[name] for one in seen})) for name in wanted}
    if action == "show":
        print(json.dumps(found))
        return
    differing = [name for name in wanted if found[name] != wanted[name]]
    for name in differing:
        print(f"sshd would take {name} {found[name]!r} instead of {wanted[name]!r}, because of one of")
        print(*lines(name), sep="\n")
    if differing:
        sys.exit(1)


main(*sys.argv[1:])
