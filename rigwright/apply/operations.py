"""Custom pyinfra operations: packages in one transaction, and a subsystem in one transaction.

An operation never raises: an exception of one host would end the run for all of them.
A refusal is a command that prints why and fails.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Generator, Sequence

from pyinfra.api.command import FunctionCommand, StringCommand
from pyinfra.api.operation import operation
from pyinfra.context import host

from rigwright.apply import agreed, observation_cache
from rigwright.apply.payload import build
from rigwright.compare.subsystem import compare, retired
from rigwright.compare.subsystem import dropped as unwanted
from rigwright.desired import Desired, package_sources
from rigwright.drift.preflight import differences, refusal_reason
from rigwright.errors import RigError
from rigwright.finding import Finding
from rigwright.observed.model import Observed
from rigwright.remote import commands, provenance
from rigwright.remote.ssh import Connection
from rigwright.settings.platform import Platform

Commands = Generator[StringCommand | FunctionCommand, None, None]


def _refuse(message: object) -> StringCommand:
    return StringCommand(f"printf '%s\\n' {shlex.quote(str(message))} >&2; exit 1")


@operation()
def prepare(desired: Sequence[Desired], platform: Platform) -> Commands:
    """Remove what the inventory dropped, and install every missing package in one apt transaction.

    Package sources come first, in a transaction of their own, then subsystems with ``install_first``: those
    are installed and applied before the packages of the others.

    Args:
        desired: All subsystems of the host.
        platform: The operating system that the inventory states.
    """
    try:
        observed = observation_cache.observe_all(desired, platform)
        found = [*differences(host.name, desired, observed), *unwanted(host.name, desired, observed)]
        if _agreed_to_another(desired, found):
            yield _refuse(agreed.changed(host.name))
            return
        if reason := refusal_reason(found, adopt=_adopts()):
            yield _refuse(reason)
            return
        dropped = retired(desired, observed)
        for one in dropped:
            left = observation_cache.observe([one], platform)
            observation_cache.clear()
            yield from _apply(one, left, compare(host.name, one, left))
    except RigError as error:
        yield _refuse(error)
        return
    sources_changed = yield from _apply_sources(desired, observed)
    missing = _missing(desired, observed)
    if missing:
        for one in desired:
            if one.install_first and (reason := (yield from _install_first(one, observed, platform))):
                yield _refuse(reason)
                return
        yield from _install([one for one in desired if not one.install_first], observed)
    if not missing and not dropped and not sources_changed:
        host.noop("every package is installed, and nothing was dropped")


def _agreed_to_another(desired: Sequence[Desired], findings: Sequence[Finding]) -> bool:
    """Whether a person agreed to a plan that is not this one."""
    expected = os.environ.get(agreed.VARIABLE)
    return expected is not None and expected != agreed.digest(desired, findings)


def _missing(desired: Sequence[Desired], observed: Observed) -> set[str]:
    found = observed.subsystems
    return {name for one in desired for name in one.packages if name not in found[one.subsystem].packages}


def _install(desired: Sequence[Desired], observed: Observed) -> Commands:
    """Install the missing packages of these, in one apt transaction."""
    if missing := _missing(desired, observed):
        observation_cache.clear()
        replaced = {f"{name}-" for one in desired if missing & {*one.packages} for name in one.replaces}
        yield _command(commands.install((*sorted(missing), *sorted(replaced)), by=provenance.operator()))


def _install_first(
    one: Desired, observed: Observed, platform: Platform
) -> Generator[StringCommand | FunctionCommand, None, RigError | None]:
    """Install and apply one subsystem before the packages of others; the reason for a refusal, if any."""
    yield from _install([one], observed)
    try:
        own = observation_cache.observe([one], platform)
        found = compare(host.name, one, own)
    except RigError as error:
        return error
    # Its packages bring the tools that some of its queries need.
    if reason := refusal_reason(found, adopt=_adopts()):
        return reason
    if found:
        observation_cache.clear()
        yield from _apply(one, own, found)
    return None


def _adopts() -> bool:
    return bool(host.data.get("adopt"))


def _apply_sources(
    desired: Sequence[Desired], observed: Observed
) -> Generator[StringCommand | FunctionCommand, None, bool]:
    """Apply the package sources; whether anything had to change."""
    findings = [
        (one, found)
        for one in desired
        if one.subsystem == package_sources.SUBSYSTEM and (found := compare(host.name, one, observed))
    ]
    for one, found in findings:
        observation_cache.clear()
        yield from _apply(one, observed, found)
    return bool(findings)


@operation()
def converge(desired: Desired, platform: Platform) -> Commands:
    """Bring one subsystem to what it should be, in one transaction on the host.

    Args:
        desired: The subsystem.
        platform: The operating system that the inventory states.
    """
    try:
        observed = observation_cache.cached(desired, platform)
        found = compare(host.name, desired, observed)
        if found:
            observation_cache.mark_changed()
        if any(finding.kind == "transaction.interrupted" for finding in found):
            observation_cache.clear()
            yield _command(commands.transaction("recover", desired.subsystem, by=provenance.operator()))
            observed = observation_cache.observe([desired], platform)
            found = compare(host.name, desired, observed)
    except RigError as error:
        yield _refuse(error)
        return
    if reason := refusal_reason(found, adopt=_adopts()):
        yield _refuse(reason)
    elif found:
        yield from _apply(desired, observed, found)
    else:
        host.noop(f"{desired.subsystem} is in sync")


def _apply(desired: Desired, observed: Observed, findings: Sequence[Finding]) -> Commands:
    own = observed.subsystems[desired.subsystem]
    payload = build(desired, own, findings, provenance.now())
    by = provenance.operator()
    argv = commands.transaction("apply", desired.subsystem, payload.sha256, by=by)
    yield StringCommand(shlex.join(argv), _stdin=payload.text)
    if desired.confirm_seconds:
        yield FunctionCommand(_confirm, (desired.subsystem,), {})
        yield _command(commands.transaction("conclude", desired.subsystem, payload.sha256, by=by))


def _confirm(subsystem: str) -> None:
    """Confirm over a new connection. It does not raise: ``conclude`` then finds that it was not confirmed."""
    names = ("ssh_hostname", "ssh_port", "ssh_user", "ssh_key", "ssh_known_hosts_file")
    data = {name: value for name in names if (value := host.data.get(name))}
    with contextlib.suppress(RigError):
        connection = Connection(host.name, data)
        connection.root(commands.transaction("confirm", subsystem, by=provenance.operator()))
        connection.close()


def _command(argv: list[str]) -> StringCommand:
    return StringCommand(shlex.join(argv))
