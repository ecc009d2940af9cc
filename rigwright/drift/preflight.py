"""What must hold before anything on a host changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from rigwright.compare.held import HELD
from rigwright.compare.runtime_state import HOST_REQUIREMENT
from rigwright.compare.subsystem import compare
from rigwright.compare.usage import NEVER_ADOPTED, usage_findings
from rigwright.desired import Desired
from rigwright.desired.dependencies import held_back
from rigwright.errors import RigError
from rigwright.finding import By, Finding
from rigwright.observed.model import Observed, parse
from rigwright.remote.ssh import Done
from rigwright.settings.platform import Platform, os_of

UNCHANGED = "; nothing was changed"
"""Of the whole host; where only a subsystem is refused, others may be."""


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
    if hidden := [finding for finding in findings if finding.kind in NEVER_ADOPTED]:
        return _would_hide(hidden)
    if unmet := [finding for finding in findings if finding.kind == HOST_REQUIREMENT]:
        return _unmet_requirements(unmet)
    if held := [finding for finding in findings if finding.kind == HELD and finding.by is By.UNKNOWN]:
        return _held_by_others(held)
    refused = [finding for finding in findings if finding.refused]
    return _needs_adopt(refused) if refused and not adopt else None


def refusals(
    desired: Sequence[Desired], findings: Sequence[Finding], *, adopt: bool, managed: bool
) -> dict[str, RigError]:
    """By subsystem, why apply must not change it.

    A host that was never applied is refused whole: nothing is on it yet that would have to be kept right.
    On any other a refusal concerns its own subsystem, and those that need it.

    Args:
        desired: The subsystems that are applied.
        findings: What differs on one host.
        adopt: Whether unmanaged files may be replaced.
        managed: Whether the host was applied before.
    """
    if not managed:
        reason = refusal_reason(findings, adopt=adopt)
        return {one.subsystem: reason for one in desired} if reason else {}
    own = {name: [one for one in findings if one.subsystem == name] for name in _names(findings)}
    found = {name: reason for name, some in own.items() if (reason := refusal_reason(some, adopt=adopt))}
    return {
        name: replace(reason, what=reason.what.replace(UNCHANGED, "", 1)) for name, reason in found.items()
    }


def _names(findings: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(one.subsystem for one in findings))


def fixable(
    desired: Sequence[Desired], findings: Sequence[Finding], refused: Collection[str]
) -> list[Finding]:
    """The findings that an apply would fix: not those of refused subsystems, nor of those that need them."""
    kept = {*refused, *held_back(desired, refused)}
    return [one for one in findings if one.subsystem not in kept]


def differences(name: str, desired: Sequence[Desired], observed: Observed) -> list[Finding]:
    """All findings of these subsystems, before any of them is applied."""
    found = [finding for one in desired for finding in compare(name, one, observed)]
    return [*usage_findings(name, desired, observed), *found]


def _unmet_requirements(findings: Sequence[Finding]) -> RigError:
    return _refusal(
        f"the machine does not meet the inventory's host requirements{UNCHANGED}",
        findings,
        "fix the inventory or the machine, then check with rig plan",
    )


def _held_by_others(findings: Sequence[Finding]) -> RigError:
    """Before the first apply of their subsystem; later it says so when it fails to start."""
    return _refusal(
        "other programs hold what the inventory listens on; nothing was changed",
        findings,
        "do what stands behind each, then check with rig plan",
    )


def _would_hide(findings: Sequence[Finding]) -> RigError:
    return _refusal(
        f"data or certificates in use would go out of sight{UNCHANGED}",
        findings,
        "let the inventory name them as each line says, then check with rig plan",
    )


def _refusal(why: str, findings: Sequence[Finding], next_step: str) -> RigError:
    rows = "\n".join(f"    {finding.summary}" for finding in findings)
    return RigError(f"{why}:\n{rows}", host=findings[0].host, next_step=next_step)


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
