"""Custom pyinfra operations: packages in one transaction, and a subsystem in one transaction.

An operation never raises: an exception of one host would end the run for all of them.
A refusal is a command that prints why and fails. Each ends with its host's other operations still to come
(``_ignore_errors``), which leave out what depends on the failed one; :func:`conclude` then fails the run.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from datetime import datetime, timezone

from pyinfra.api.command import FunctionCommand, StringCommand
from pyinfra.api.operation import operation
from pyinfra.context import host, state

from rigwright.apply import agreed, observation_cache, run_state
from rigwright.apply.change import Commands, adopts, apply, command, refuse
from rigwright.apply.packages import apply_sources, install, install_first, missing_packages, pending
from rigwright.apply.run_state import Run
from rigwright.compare.acceptance import accepted_by, apart
from rigwright.compare.subsystem import compare, dropped, retired
from rigwright.desired import Desired
from rigwright.desired.dependencies import check
from rigwright.drift.preflight import differences, refusal_reason, refusals
from rigwright.errors import RigError
from rigwright.finding import Finding
from rigwright.observed.model import Observed
from rigwright.remote import commands, provenance
from rigwright.settings.platform import Platform


@operation()
def prepare(desired: Sequence[Desired], platform: Platform) -> Commands:
    """Remove what the inventory dropped, and install every missing package in one apt transaction.

    Package sources come first, in a transaction of their own, then subsystems with ``install_first``: those
    are installed and applied before the packages of the others.

    A host that was never applied is refused whole; on any other a refusal holds for its subsystem and those
    that need it.

    Args:
        desired: All subsystems of the host.
        platform: The operating system that the inventory states.
    """
    only = _only()
    run = run_state.start(host.name, Run.of(desired, only))
    run.stopped = executing = state.is_executing
    try:
        check(only, {host.name: desired})
        observed = observation_cache.observe_all(run.desired, platform)
        gone = retired(desired, observed) if run.whole else []
        if reason := _refusal(run, desired, observed):
            yield refuse(reason)
            return
        run.stopped = executing and not observed.applied
        waiting = [*pending(host.name, run.active, observed), *(one.subsystem for one in gone)]
        run.suspect(waiting, run_state.NO_PACKAGES, executing=executing)
        for one in gone:
            left = observation_cache.observe([one], platform)
            observation_cache.clear()
            yield from apply(one, left, compare(host.name, one, left))
        refused = yield from _install(run, waiting, observed, platform)
    except RigError as error:
        yield refuse(error)
        return
    run.clear(waiting)
    run.failed |= refused
    run.stopped = False
    if not waiting:
        host.noop("every package is installed, and nothing was dropped")


def _install(
    run: Run, waiting: Sequence[str], observed: Observed, platform: Platform
) -> Generator[StringCommand | FunctionCommand, None, dict[str, str]]:
    """Package sources and packages; by subsystem that was refused on the way, why.

    Raises:
        RigError: One was refused, on a host that was never applied.
    """
    usable = run.usable(waiting)
    yield from apply_sources(usable, observed)
    refused: dict[str, str] = {}
    if missing_packages(usable, observed):
        for one in usable:
            if one.install_first and (reason := (yield from install_first(one, observed, platform))):
                if not observed.applied:
                    raise reason
                refused[one.subsystem] = str(reason)
        rest = [one for one in run.without(usable, refused) if not one.install_first]
        yield from install(rest, observed)
    return refused


def _refusal(run: Run, desired: Sequence[Desired], observed: Observed) -> RigError | None:
    """Why nothing may be changed; what concerns single subsystems is noted in the run."""
    found = differences(host.name, run.desired, observed)
    if run.whole:
        found += dropped(host.name, desired, observed)
    if _agreed_to_another(run.desired, found):
        return agreed.changed(host.name)
    refused = refusals(run.desired, found, adopt=adopts(), managed=bool(observed.applied))
    if refused and not observed.applied:
        return next(iter(refused.values()))
    for name, reason in refused.items():
        run.suspect([name], str(reason), executing=state.is_executing)
    return None


def _agreed_to_another(desired: Sequence[Desired], findings: Sequence[Finding]) -> bool:
    """Whether a person agreed to a plan that is not this one."""
    expected = os.environ.get(agreed.VARIABLE)
    opened, _ = apart(findings, accepted_by(desired), datetime.now(timezone.utc).date())
    return expected is not None and expected != agreed.digest(desired, opened)


def _only() -> tuple[str, ...]:
    """The subsystems that ``--data only=NAME,NAME`` chooses; none for all of them."""
    return tuple(name for name in str(host.data.get("only") or "").split(",") if name)


@operation()
def converge(desired: Desired, platform: Platform) -> Commands:
    """Bring one subsystem to what it should be, in one transaction on the host.

    Args:
        desired: The subsystem.
        platform: The operating system that the inventory states.
    """
    run = run_state.current(host.name, desired)
    if why := run.reason(desired.subsystem):
        host.noop(f"{desired.subsystem}: {why}")
        return
    run.suspect([desired.subsystem], run_state.FAILED, executing=state.is_executing)
    try:
        observed = observation_cache.cached(desired, platform)
        found = compare(host.name, desired, observed)
        if found:
            observation_cache.mark_changed()
        if any(finding.kind == "transaction.interrupted" for finding in found):
            observation_cache.clear()
            yield command(commands.transaction("recover", desired.subsystem, by=provenance.operator()))
            observed = observation_cache.observe([desired], platform)
            found = compare(host.name, desired, observed)
    except RigError as error:
        yield refuse(error)
        return
    if reason := refusal_reason(found, adopt=adopts()):
        yield refuse(reason)
        return
    if found:
        yield from apply(desired, observed, found)
    else:
        host.noop(f"{desired.subsystem} is in sync")
    run.clear([desired.subsystem])


@operation()
def conclude() -> Commands:
    """Fail, after all that could be applied, where something was not: it names what, and why."""
    run = run_state.ended(host.name)
    if run and run.stopped:
        yield StringCommand("exit 1")  # why stands above
    elif run and run.failed:
        yield refuse(run.summary())
    else:
        host.noop("nothing was left out")
