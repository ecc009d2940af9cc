"""What must hold before anything on a host changes."""

from __future__ import annotations

from collections.abc import Sequence

from rigwright.compare.runtime_state import UNFIT
from rigwright.compare.subsystem import compare
from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.finding import Finding
from rigwright.observed.model import Observed, parse
from rigwright.remote.ssh import Done
from rigwright.settings.platform import Platform, os_of


def understood(done: Done, platform: Platform, name: str) -> Observed:
    """A host's answer to a look, as soon as it is sure that it is the host that the inventory means.

    Raises:
        RigError: The look failed, its answer cannot be read, or the host runs another operating system.
    """
    observed = parse(done.answer(name), host=name)
    _check_platform(observed, platform, name)
    return observed


def _check_platform(observed: Observed, platform: Platform, name: str) -> None:
    try:
        found = os_of(observed.os_release)
    except RigError as error:
        error.host = name
        raise
    if found != platform.os:
        raise RigError(
            f"the host runs {found}, the inventory says {platform.os}",
            host=name,
            setting="machine.os",
            next_step=f'set machine.os to "{found}", or check the address',
        )


def objection(findings: Sequence[Finding], *, adopt: bool) -> RigError | None:
    """Why apply must not begin; None where nothing speaks against it.

    Args:
        findings: What differs on one host.
        adopt: Whether files that are not Rigwright's may be replaced.
    """
    if unfit := [finding for finding in findings if finding.kind == UNFIT]:
        return _unfit(unfit)
    in_the_way = [finding for finding in findings if finding.refused]
    return refusal(in_the_way) if in_the_way and not adopt else None


def differences(name: str, desired: Sequence[Desired], observed: Observed) -> list[Finding]:
    """All findings of these subsystems."""
    return [finding for one in desired for finding in compare(name, one, observed)]


def _unfit(findings: Sequence[Finding]) -> RigError:
    rows = "\n".join(f"    {finding.summary}" for finding in findings)
    return RigError(
        f"this machine is not the one that the inventory describes; nothing was changed:\n{rows}",
        host=findings[0].host,
        next_step="mend the inventory or the machine, then look with rig plan",
    )


def refusal(findings: Sequence[Finding]) -> RigError:
    """The error that lists what stands in the way."""
    rows = "\n".join(f"    {finding.summary}" for finding in findings)
    return RigError(
        f"these are not Rigwright's, and would be replaced or removed:\n{rows}",
        host=findings[0].host,
        next_step="look at them with rig plan, then rig apply --adopt (the old files are kept on the host)",
    )
