"""Start what makes or proves backups on hosts, follow it, and say how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rigwright.backup.survey import tools
from rigwright.errors import Exit, RigError
from rigwright.inventory.fan_out import AT_ONCE, query_hosts
from rigwright.inventory.load import Host
from rigwright.remote.ssh import Connection

START = Path(__file__).with_name("start.sh").read_text()
EVERY_SECONDS = 2
NOT_RESTORED = 2
"""Exit code of a trial in which the backup did not come back."""
Verb = Literal["make", "prove"]
Show = Callable[[str], None]


@dataclass(frozen=True)
class Ran:
    """How a run ended.

    Attributes:
        host: The host's name.
        data: What was backed up or proved; empty where the host was not reached.
        code: 0: done, 2: a backup did not come back, 1: anything else.
        lines: What it printed.
        error: Why it is unknown how it ended.
    """

    host: str
    data: str
    code: int
    lines: tuple[str, ...] = ()
    error: RigError | None = None


def carry_out(hosts: Sequence[Host], verb: Verb, show: Show, at_once: int = AT_ONCE) -> list[Ran]:
    """Do it on all hosts, so many at a time; on one host one after the other.

    Args:
        hosts: Which hosts.
        verb: What is done.
        show: Called with each line that it prints, as it comes.
        at_once: How many hosts at a time.
    """

    def one(host: Host, connection: Connection) -> list[Ran]:
        found = [tool for _, tool in tools(host)]
        if not found:
            raise RigError(
                "nothing of the inventory backs it up",
                host=host.name,
                next_step="set backup.repository, or leave the host out with --limit",
            )
        return [
            _run(host.name, tool.data, tool.make if verb == "make" else tool.prove, connection, show)
            for tool in found
        ]

    done = query_hosts(hosts, one, lambda host, error: [Ran(host.name, "", 1, error=error)], at_once)
    return [ran for each in done for ran in each]


def _run(host: str, data: str, unit: str, connection: Connection, show: Show) -> Ran:
    lines: list[str] = []
    try:
        run = _script(connection, host, "start", unit).strip()
        while True:
            state, *printed = _script(connection, host, "show", unit, run).splitlines()
            for line in printed[len(lines) :]:
                show(f"{host}: {line}")
            lines = printed
            if ended := _ended(state):
                return Ran(host, data, ended[0], tuple(lines))
            time.sleep(EVERY_SECONDS)
    except RigError as error:
        error.host = error.host or host
        return Ran(host, data, 1, tuple(lines), error)


def _ended(state: str) -> tuple[int] | None:
    """The code of a run that has ended."""
    _, active, status, result = state.split(" ")
    if active not in ("inactive", "failed"):
        return None
    if active == "inactive" and result == "success":
        return (0,)
    return (NOT_RESTORED if status == str(NOT_RESTORED) else 1,)


def _script(connection: Connection, host: str, *words: str) -> str:
    done = connection.root(["sh", "-c", START, "rigwright", *words])
    if done.code:
        raise RigError(
            (done.stderr.strip().splitlines() or ["no output"])[-1],
            host=host,
            next_step=f"rig plan --limit {host}",
        )
    return done.stdout


def verdict(ran: Sequence[Ran]) -> Exit:
    """Unknown beats a backup that does not come back; nothing at all is unknown."""
    codes = {one.code for one in ran}
    if not ran or codes - {0, NOT_RESTORED}:
        return Exit.UNKNOWN
    return Exit.CHANGES if NOT_RESTORED in codes else Exit.OK
