"""What must hold before anything on a host changes."""

from __future__ import annotations

from collections.abc import Sequence

from rigwright.compare import compare
from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.finding import Finding
from rigwright.observed import Observed, parse
from rigwright.platform import Platform, os_of
from rigwright.ssh import Done


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


def refused(name: str, desired: Sequence[Desired], observed: Observed) -> list[Finding]:
    """The findings that apply must not mend without being told to adopt the host."""
    return [finding for one in desired for finding in compare(name, one, observed) if finding.refused]


def refusal(findings: Sequence[Finding]) -> RigError:
    """The error that lists what stands in the way."""
    rows = "\n".join(f"    {finding.summary}" for finding in findings)
    return RigError(
        f"these are not Rigwright's, and would be replaced or removed:\n{rows}",
        host=findings[0].host,
        next_step="look at them with rig plan, then rig apply --adopt (the old files are kept on the host)",
    )
