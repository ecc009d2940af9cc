"""Package sources and packages, before the subsystems: commands that pyinfra's operations yield."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from pyinfra.api.command import FunctionCommand, StringCommand
from pyinfra.context import host

from rigwright.apply import observation_cache
from rigwright.apply.change import Commands, adopts, apply, command
from rigwright.compare.subsystem import compare
from rigwright.desired import Desired, package_sources
from rigwright.drift.preflight import refusal_reason
from rigwright.errors import RigError
from rigwright.observed.model import Observed
from rigwright.remote import commands, provenance
from rigwright.settings.platform import Platform


def missing_packages(desired: Sequence[Desired], observed: Observed) -> set[str]:
    """The packages that these subsystems lack."""
    found = observed.subsystems
    return {name for one in desired for name in one.packages if name not in found[one.subsystem].packages}


def install(desired: Sequence[Desired], observed: Observed) -> Commands:
    """Install the missing packages of these, in one apt transaction."""
    if missing := missing_packages(desired, observed):
        observation_cache.clear()
        replaced = {f"{name}-" for one in desired if missing & {*one.packages} for name in one.replaces}
        yield command(commands.install((*sorted(missing), *sorted(replaced)), by=provenance.operator()))


def install_first(
    one: Desired, observed: Observed, platform: Platform
) -> Generator[StringCommand | FunctionCommand, None, RigError | None]:
    """Install and apply one subsystem before the packages of others; the reason for a refusal, if any."""
    yield from install([one], observed)
    try:
        own = observation_cache.observe([one], platform)
        found = compare(host.name, one, own)
    except RigError as error:
        return error
    # Its packages bring the tools that some of its queries need.
    if reason := refusal_reason(found, adopt=adopts()):
        return reason
    if found:
        observation_cache.clear()
        yield from apply(one, own, found)
    return None


def apply_sources(desired: Sequence[Desired], observed: Observed) -> Commands:
    """Apply the package sources."""
    findings = [
        (one, found)
        for one in desired
        if one.subsystem == package_sources.SUBSYSTEM and (found := compare(host.name, one, observed))
    ]
    for one, found in findings:
        observation_cache.clear()
        yield from apply(one, observed, found)


def pending(name: str, desired: Sequence[Desired], observed: Observed) -> list[str]:
    """The subsystems for which something must be installed, and the package sources where they differ."""
    return [
        one.subsystem
        for one in desired
        if missing_packages([one], observed)
        or (one.subsystem == package_sources.SUBSYSTEM and compare(name, one, observed))
    ]
