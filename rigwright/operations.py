"""pyinfra operations of our own: packages in one transaction, and a subsystem in one transaction.

An operation never raises: an exception of one host would end the run for all of them.
A refusal is a command that prints why and fails.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Generator, Sequence

from pyinfra.api.command import FunctionCommand, StringCommand
from pyinfra.api.operation import operation
from pyinfra.context import host, state

from rigwright import identity, sources
from rigwright.compare import compare, retired
from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.finding import Finding
from rigwright.host import commands
from rigwright.observed import Observed, question
from rigwright.payload import build
from rigwright.platform import Platform
from rigwright.preflight import differences, objection, understood
from rigwright.ssh import Connection, Done

Commands = Generator[StringCommand | FunctionCommand, None, None]

_looked: dict[str, Observed] = {}
"""The first look at each host, for as long as this run has changed nothing there."""


def observe(desired: Sequence[Desired], platform: Platform) -> Observed:
    """Ask the current host, in one command.

    Raises:
        RigError: No readable answer came, or the host runs another operating system than the inventory says.
    """
    done, output = host.run_shell_command(
        StringCommand(shlex.join(commands.observe())), _sudo=True, _stdin=question(desired)
    )
    return understood(Done(int(not done), output.stdout, output.stderr), platform, host.name)


def _changes() -> None:
    """What follows may change the host: the first look tells nothing about it any more."""
    if state.is_executing:
        _looked.pop(host.name, None)


def _refuse(message: object) -> StringCommand:
    return StringCommand(f"printf '%s\\n' {shlex.quote(str(message))} >&2; exit 1")


@operation()
def prepare(desired: Sequence[Desired], platform: Platform) -> Commands:
    """Take away what the inventory dropped, and install every missing package in one apt transaction.

    Where packages come from is settled first, in a transaction of its own.

    Args:
        desired: All subsystems that the host has.
        platform: What the inventory says that the host runs.
    """
    try:
        observed = _looked[host.name] = observe(desired, platform)
        if against := objection(
            differences(host.name, desired, observed), adopt=bool(host.data.get("adopt"))
        ):
            yield _refuse(against)
            return
        gone = retired(desired, observed)
        for one in gone:
            left = observe([one], platform)
            _changes()
            yield from _apply(one, left, compare(host.name, one, left))
    except RigError as error:
        yield _refuse(error)
        return
    settled = yield from _settle_sources(desired, observed)
    missing = _missing(desired, observed)
    if missing:
        for one in desired:
            if one.first and (against := (yield from _ahead(one, observed, platform))):
                yield _refuse(against)
                return
        yield from _install([one for one in desired if not one.first], observed)
    if not missing and not gone and not settled:
        host.noop("every package is installed, and nothing was dropped")


def _missing(desired: Sequence[Desired], observed: Observed) -> set[str]:
    seen = observed.subsystems
    return {name for one in desired for name in one.packages if name not in seen[one.subsystem].packages}


def _install(desired: Sequence[Desired], observed: Observed) -> Commands:
    """What these lack, in one apt transaction."""
    if missing := _missing(desired, observed):
        _changes()
        replaced = {f"{name}-" for one in desired if missing & {*one.packages} for name in one.replaces}
        yield _command(commands.install((*sorted(missing), *sorted(replaced)), by=identity.operator()))


def _ahead(
    one: Desired, observed: Observed, platform: Platform
) -> Generator[StringCommand | FunctionCommand, None, RigError | None]:
    """Install and apply what must be there before the packages of others come; why it must not be, if so."""
    yield from _install([one], observed)
    try:
        own = observe([one], platform)
        found = compare(host.name, one, own)
    except RigError as error:
        return error
    # With its own programs it may see what nobody saw before.
    if against := objection(found, adopt=bool(host.data.get("adopt"))):
        return against
    if found:
        _changes()
        yield from _apply(one, own, found)
    return None


def _settle_sources(
    desired: Sequence[Desired], observed: Observed
) -> Generator[StringCommand | FunctionCommand, None, bool]:
    """Whether anything about the package sources had to change."""
    findings = [
        (one, found)
        for one in desired
        if one.subsystem == sources.SUBSYSTEM and (found := compare(host.name, one, observed))
    ]
    for one, found in findings:
        _changes()
        yield from _apply(one, observed, found)
    return bool(findings)


@operation()
def converge(desired: Desired, platform: Platform) -> Commands:
    """Bring one subsystem to what it should be, in one transaction on the host.

    Args:
        desired: What the subsystem wants.
        platform: What the inventory says that the host runs.
    """
    try:
        observed = _looked.get(host.name) or observe([desired], platform)
        findings = compare(host.name, desired, observed)
        if findings:
            _changes()
        if any(finding.kind == "transaction.interrupted" for finding in findings):
            yield _command(commands.transaction("recover", desired.subsystem, by=identity.operator()))
            observed = observe([desired], platform)
            findings = compare(host.name, desired, observed)
    except RigError as error:
        yield _refuse(error)
        return
    if against := objection(findings, adopt=bool(host.data.get("adopt"))):
        yield _refuse(against)
    elif findings:
        yield from _apply(desired, observed, findings)
    else:
        host.noop(f"{desired.subsystem} is in sync")


def _apply(desired: Desired, observed: Observed, findings: Sequence[Finding]) -> Commands:
    own = observed.subsystems[desired.subsystem]
    payload = build(desired, own, findings, identity.now())
    by = identity.operator()
    argv = commands.transaction("apply", desired.subsystem, payload.sha256, by=by)
    yield StringCommand(shlex.join(argv), _stdin=payload.text)
    if desired.confirm_seconds:
        yield FunctionCommand(_confirm, (desired.subsystem,), {})
        yield _command(commands.transaction("conclude", desired.subsystem, payload.sha256, by=by))


def _confirm(subsystem: str) -> None:
    """Confirm over a new connection. It does not raise: ``conclude`` then finds that nobody did."""
    names = ("ssh_hostname", "ssh_port", "ssh_user", "ssh_key", "ssh_known_hosts_file")
    data = {name: value for name in names if (value := host.data.get(name))}
    with contextlib.suppress(RigError):
        connection = Connection(host.name, data)
        connection.root(commands.transaction("confirm", subsystem, by=identity.operator()))
        connection.close()


def _command(argv: list[str]) -> StringCommand:
    return StringCommand(shlex.join(argv))
