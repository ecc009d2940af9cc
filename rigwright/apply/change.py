"""The commands that change a subsystem on a host, as pyinfra's operations yield them."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Generator, Sequence

from pyinfra.api.command import FunctionCommand, StringCommand
from pyinfra.context import host

from rigwright.apply.payload import build
from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.finding import Finding
from rigwright.observed.model import Observed
from rigwright.remote import commands, provenance
from rigwright.remote.ssh import Connection

Commands = Generator[StringCommand | FunctionCommand, None, None]


def adopts() -> bool:
    """Whether this run may replace what is not managed on the current host."""
    return bool(host.data.get("adopt"))


def refuse(message: object) -> StringCommand:
    """A command that prints why and fails."""
    return StringCommand(f"printf '%s\\n' {shlex.quote(f'rigwright: {message}')} >&2; exit 1")


def apply(desired: Desired, observed: Observed, findings: Sequence[Finding]) -> Commands:
    """One transaction that fixes these findings of a subsystem."""
    own = observed.subsystems[desired.subsystem]
    payload = build(desired, own, findings, provenance.now())
    by = provenance.operator()
    argv = commands.transaction("apply", desired.subsystem, payload.sha256, by=by)
    yield StringCommand(shlex.join(argv), _stdin=payload.text)
    if desired.confirm_seconds:
        yield FunctionCommand(_confirm, (desired.subsystem,), {})
        yield command(commands.transaction("conclude", desired.subsystem, payload.sha256, by=by))


def _confirm(subsystem: str) -> None:
    """Confirm over a new connection. It does not raise: ``conclude`` then finds that it was not confirmed."""
    names = ("ssh_hostname", "ssh_port", "ssh_user", "ssh_key", "ssh_known_hosts_file")
    data = {name: value for name in names if (value := host.data.get(name))}
    with contextlib.suppress(RigError):
        connection = Connection(host.name, data)
        connection.root(commands.transaction("confirm", subsystem, by=provenance.operator()))
        connection.close()


def command(argv: list[str]) -> StringCommand:
    """The command of this argument list."""
    return StringCommand(shlex.join(argv))
