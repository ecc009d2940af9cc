"""Which account may have started or reloaded a service at a time, by the journal of this host.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import re

from rigwright.host.tools import run

BEFORE_SECONDS = 3600
NEAR_SECONDS = 60
SUDO = re.compile(r"^(\d+\.\d+) \S+ sudo(?:\[\d+\])?: +(\S+) : .*?COMMAND=(\S+)(.*)$")
OURS = re.compile(r"rigwright|\bpython3 -I?c?\b|^/(?:usr/)?bin/true$")
"""``sudo true`` is how an apply tests that the way in still leads to root."""
SHELLS = ("sh", "bash", "dash", "zsh", "fish", "su", "tmux", "screen")


def account(at: float) -> str:
    """Who ran a command by sudo just before, or had a root shell by it; empty where the journal has neither.

    Args:
        at: Seconds since the epoch.
    """
    since, until = f"--since=@{int(at - BEFORE_SECONDS)}", f"--until=@{int(at) + 1}"
    rows = run("journalctl", "-q", "--no-pager", "-o", "short-unix", since, until, "SYSLOG_IDENTIFIER=sudo")
    return chosen(rows.splitlines(), at)


def chosen(rows: list[str], at: float) -> str:
    """The account of the last command that may have done it. The command itself may hold a secret."""
    for row in reversed(rows):
        match = SUDO.match(row)
        if not match or float(match[1]) > at + 1 or OURS.search(match[3] + match[4]):
            continue
        if match[3].rpartition("/")[2] in SHELLS or at - float(match[1]) <= NEAR_SECONDS:
            return match[2]
    return ""
