"""What must hold before anything on a host changes."""

from __future__ import annotations

from collections.abc import Sequence

from rigwright.compare import compare
from rigwright.compare_readings import UNMET
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


def findings(name: str, desired: Sequence[Desired], observed: Observed) -> list[Finding]:
    """Everything that differs, subsystem by subsystem."""
    return [finding for one in desired for finding in compare(name, one, observed)]


def obstacle(found: Sequence[Finding], *, adopt: bool) -> RigError | None:
    """Why these findings must not be mended; None where they may.

    Args:
        found: What differs.
        adopt: Whether apply was told to take over what is not ours. What a subsystem requires is no matter
            of that.
    """
    if unmet := [finding for finding in found if finding.kind == UNMET]:
        rows = "\n".join(f"    {finding.subsystem}: {finding.summary}" for finding in unmet)
        return RigError(
            f"nothing was changed, because this is in the way:\n{rows}",
            host=unmet[0].host,
            next_step="put it right on the host or in the inventory, and run rig plan again",
        )
    refused = [finding for finding in found if finding.refused]
    return _refusal(refused) if refused and not adopt else None


def _refusal(findings: Sequence[Finding]) -> RigError:
    """The error that lists what is not ours."""
    rows = "\n".join(f"    {finding.summary}" for finding in findings)
    return RigError(
        f"these are not Rigwright's, and would be replaced or removed:\n{rows}",
        host=findings[0].host,
        next_step="look at them with rig plan, then rig apply --adopt (the old files are kept on the host)",
    )
