"""What must hold before anything on a host changes."""

from __future__ import annotations

from collections.abc import Sequence

from rigwright.compare.held import HELD
from rigwright.compare.runtime_state import HOST_REQUIREMENT
from rigwright.compare.subsystem import compare
from rigwright.compare.usage import NEVER_ADOPTED, usage_findings
from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.finding import By, Finding
from rigwright.observed.model import Observed, parse
from rigwright.remote.ssh import Done
from rigwright.settings.platform import Platform, os_of


def parse_observed(done: Done, platform: Platform, name: str) -> Observed:
    """The observed state of a host, after checking that it is the host that the inventory means.

    Raises:
        RigError: The query failed, its output cannot be read, or the host runs another operating system.
    """
    observed = parse(done.output(name), host=name)
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
            f"the host runs {found}, the inventory states {platform.os}",
            host=name,
            setting="machine.os",
            next_step=f'set machine.os to "{found}", or check the address',
        )


def refusal_reason(findings: Sequence[Finding], *, adopt: bool) -> RigError | None:
    """Why apply must not begin; None where it may.

    Args:
        findings: What differs on one host.
        adopt: Whether unmanaged files may be replaced, and clients be cut.
    """
    if unmet := [finding for finding in findings if finding.kind == HOST_REQUIREMENT]:
        return _unmet_requirements(unmet)
    if held := [finding for finding in findings if finding.kind == HELD and finding.by is By.UNKNOWN]:
        return _held_by_others(held)
    if hidden := [finding for finding in findings if finding.kind in NEVER_ADOPTED]:
        return _would_hide(hidden)
    refused = [finding for finding in findings if finding.refused]
    return _needs_adopt(refused) if refused and not adopt else None


def differences(name: str, desired: Sequence[Desired], observed: Observed) -> list[Finding]:
    """All findings of these subsystems, before any of them is applied."""
    found = [finding for one in desired for finding in compare(name, one, observed)]
    return [*usage_findings(name, desired, observed), *found]


def _unmet_requirements(findings: Sequence[Finding]) -> RigError:
    rows = "\n".join(f"    {finding.summary}" for finding in findings)
    return RigError(
        f"the machine does not meet the inventory's host requirements; nothing was changed:\n{rows}",
        host=findings[0].host,
        next_step="fix the inventory or the machine, then check with rig plan",
    )


def _held_by_others(findings: Sequence[Finding]) -> RigError:
    """Before the first apply of their subsystem; later it says so when it fails to start."""
    rows = "\n".join(f"    {finding.summary}" for finding in findings)
    return RigError(
        f"other programs hold what the inventory listens on; nothing was changed:\n{rows}",
        host=findings[0].host,
        next_step="do what stands behind each, then check with rig plan",
    )


def _would_hide(findings: Sequence[Finding]) -> RigError:
    rows = "\n".join(f"    {finding.summary}" for finding in findings)
    return RigError(
        f"data or certificates in use would go out of sight; nothing was changed:\n{rows}",
        host=findings[0].host,
        next_step="let the inventory name them as each line says, then check with rig plan",
    )


def _needs_adopt(findings: Sequence[Finding]) -> RigError:
    """The error that lists what is in use, and the unmanaged files that apply would replace or remove."""
    in_use = [finding for finding in findings if finding.kind.startswith("usage.")]
    files = [finding for finding in findings if finding not in in_use]
    parts = [
        f"{title}:\n" + "\n".join(f"    {finding.summary}" for finding in some)
        for title, some in (
            ("this is in use, and apply would take it over", in_use),
            ("these are not managed by Rigwright, and would be replaced or removed", files),
        )
        if some
    ]
    return RigError(
        "\n".join(parts),
        host=findings[0].host,
        next_step="review them with rig plan, then rig apply --adopt (the old files are kept on the host)",
    )
