"""Ask hosts for their health over SSH, one command each, all at once, and judge it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from facts.values import Failed, NotSupported, document
from rigwright.errors import Exit, RigError
from rigwright.health import cards, drives, machine
from rigwright.health.check import Check, Verdict, worst
from rigwright.inventory.fan_out import ask
from rigwright.inventory.load import Host
from rigwright.remote import commands
from rigwright.remote.ssh import Connection, Done

AREAS = ("gpu", "memory", "filesystem", "nvme", "sata", "zfs", "units", "reboot")
"""In the order in which they are shown."""
LIMIT_SECONDS = 10
"""What one tool may take; spun-down disks wake up within it."""


@dataclass(frozen=True)
class Looked:
    """What is known of one host: its checks, or why nothing is known."""

    host: Host
    checks: tuple[Check, ...] = ()
    error: RigError | None = None


def look(hosts: Sequence[Host]) -> list[Looked]:
    """Ask all hosts. One that does not answer does not hide the others."""
    return ask(hosts, _look, lambda host, error: Looked(host, error=error))


def _look(host: Host, connection: Connection) -> Looked:
    return Looked(host, checks(connection.root(commands.health(LIMIT_SECONDS)), host.name))


def checks(done: Done, host: str) -> tuple[Check, ...]:
    """Everything that a host's answer tells.

    Raises:
        RigError: It is no answer.
    """
    return judged(answered(done, host))


def answered(done: Done, host: str) -> Mapping[str, object]:
    """A host's answer as it came.

    Raises:
        RigError: It is no answer.
    """
    seen = document(done.answer(host))
    if isinstance(seen, (Failed, NotSupported)):
        raise RigError("its answer cannot be read", host=host, next_step="run again")
    return seen


def judged(seen: Mapping[str, object]) -> tuple[Check, ...]:
    """Every check of one answer, in the order of the report."""
    found = [*machine.checks(seen), *cards.checks(seen), *drives.checks(seen)]
    return tuple(sorted(found, key=lambda check: AREAS.index(check.area)))


def verdict(looked: Sequence[Looked]) -> Exit:
    """Not known beats unhealthy, unhealthy beats healthy; no host at all is not known."""
    if not looked or any(one.error for one in looked):
        return Exit.UNKNOWN
    found = [check.verdict for one in looked for check in one.checks]
    if Verdict.UNKNOWN in found:
        return Exit.UNKNOWN
    return Exit.OK if worst(found) in (Verdict.OK, Verdict.NONE) else Exit.CHANGES
