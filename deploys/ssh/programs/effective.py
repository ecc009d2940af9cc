"""What sshd makes of its files: ``effective.py show|check ACCOUNTS NAME=VALUE...``.

ACCOUNTS are separated by commas. Names are those of ``sshd -T``, in lower case. ``show`` prints {NAME: VALUE}
as JSON, for any connection, for one of each account, and for one that each Match block fits: different values
of a name are joined by ``|``, with the lines that set it. ``check`` asks for the accounts alone: it exits 1
where one differs from the given value, and prints the lines that may be why.
"""

from __future__ import annotations

import glob
import grp
import ipaddress
import json
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Iterator

FOLDER, MAIN = "/etc/ssh", "/etc/ssh/sshd_config"
DEEPEST = 16  # sshd's own limit of files that include each other
MOST_BLOCKS = 50
OF_A_CONNECTION = {
    "user": "user",
    "group": "user",
    "host": "host",
    "address": "addr",
    "localaddress": "laddr",
    "localport": "lport",
}
DEFAULTS = {"user": "rigwright-none", "host": "192.0.2.1", "addr": "192.0.2.1"}


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


def lines(path: str = MAIN, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every line of sshd's files with its place, in the order in which sshd reads them."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            content = file.read().splitlines()
    except OSError:
        return
    for number, line in enumerate(map(str.strip, content), 1):
        yield f"{path}:{number}", line
        if depth < DEEPEST and re.match(r"include[\s=]", line, re.IGNORECASE):
            for pattern in re.split(r"[\s=]+", line)[1:]:
                for name in sorted(glob.glob(os.path.join(FOLDER, pattern.strip('"')))):
                    yield from lines(name, depth + 1)


def places(name: str) -> list[str]:
    """The lines that set the name, or begin a Match block."""
    wanted = re.compile(rf"({re.escape(name)}|match)\b", re.IGNORECASE)
    return [f"{place}: {line}" for place, line in lines() if wanted.match(line)]


def fitting(pattern: str) -> str:
    """Some text that a list of patterns of sshd fits; empty where all of it is negated."""
    first = next((one for one in pattern.strip('"').split(",") if not one.startswith("!")), "")
    if "/" in first:
        try:
            return str(ipaddress.ip_network(first, strict=False).network_address)
        except ValueError:
            return ""
    return re.sub(r"\*|\?", "1", first)


def member(group: str) -> str:
    """An account of a group; empty where there is none."""
    try:
        found = grp.getgrnam(group)
    except KeyError:
        return ""
    own = (one.pw_name for one in pwd.getpwall() if one.pw_gid == found.gr_gid)
    return next(iter(found.gr_mem), "") or next(own, "")


def connection(criteria: str) -> dict[str, str] | None:
    """A connection that the criteria of a Match block fit; None where there can be none, or all fit."""
    words = re.split(r"[\s=]+", criteria.strip())
    pairs = [(words[n].lower(), words[n + 1]) for n in range(0, len(words) - 1, 2)]
    found: dict[str, str] = {}
    for name, pattern in pairs:
        value = member(fitting(pattern)) if name == "group" else fitting(pattern)
        if not value:
            return None
        if name in OF_A_CONNECTION:
            found[OF_A_CONNECTION[name]] = value
    return {**DEFAULTS, **found} if found else None


def match_blocks() -> list[dict[str, str]]:
    """A connection for each Match block."""
    heads = (re.split(r"[\s=]+", line, maxsplit=1) for _, line in lines())
    criteria = [rest[0] for word, *rest in heads if word.lower() == "match" and rest]
    return [one for text in criteria[:MOST_BLOCKS] if (one := connection(text))]


def connections(accounts: str, *, blocks: bool) -> list[tuple[str, ...]]:
    """The connections for which sshd is asked; without a Match block one is as any."""
    if not any(re.match(r"match\b", line, re.IGNORECASE) for _, line in lines()):
        return [()]
    each = [{**DEFAULTS, "user": name} for name in accounts.split(",")]
    each += match_blocks() if blocks else []
    texts = dict.fromkeys(",".join(f"{key}={value}" for key, value in one.items()) for one in each)
    return [(), *(("-C", text) for text in texts)]


def main(action: str, accounts: str, *pairs: str) -> None:
    """Show or check the values that sshd would take."""
    wanted = dict(pair.split("=", 1) for pair in pairs)
    # sshd's unit removes this folder when it stops, and without the folder sshd does not even read its files.
    os.makedirs("/run/sshd", 0o755, exist_ok=True)
    seen = [effective([*wanted], *one) for one in connections(accounts, blocks=action == "show")]
    found = {name: " | ".join(sorted({one[name] for one in seen})) for name in wanted}
    differing = [name for name in wanted if found[name] != wanted[name]]
    if action == "show":
        why = {name: f" ({'; '.join(places(name))})" for name in differing}
        print(json.dumps({name: value + why.get(name, "") for name, value in found.items()}))
        return
    for name in differing:
        print(f"sshd would take {name} {found[name]!r} instead of {wanted[name]!r}, because of one of")
        print(*places(name), sep="\n")
    if differing:
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
