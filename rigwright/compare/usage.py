"""What is in use on a host, and what the first apply of a subsystem would do to it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rigwright.desired import Desired
from rigwright.desired.usage import Effect, Sockets, Usage
from rigwright.finding import Finding, Severity
from rigwright.observed.model import Observed, UsageOutput

HIDDEN = "usage.hidden"
UNKNOWN = "usage.unknown"
NEVER_ADOPTED = (HIDDEN, UNKNOWN)
"""Kinds of findings that ``--adopt`` does not allow."""

KINDS: dict[Effect, tuple[str, Severity]] = {
    "kept": ("usage.kept", Severity.INFO),
    "cut": ("usage.cut", Severity.WARNING),
    "hidden": (HIDDEN, Severity.ERROR),
}
NOT_QUERIED = UsageOutput(None, "it was not queried")


def first_apply(subsystem: str, observed: Observed) -> bool:
    """Whether no manifest says that the subsystem was applied, and is there still."""
    own = observed.subsystems.get(subsystem)
    return not (own and own.applied and own.applied.get("paths"))


def usage_findings(host: str, desired: Sequence[Desired], observed: Observed) -> list[Finding]:
    """What is in use of that which these subsystems would take over with their first apply.

    Args:
        host: Its name.
        desired: Subsystems; one that was applied already has no such finding.
        observed: The host, with the output of each usage's command.
    """
    return [
        finding
        for one in desired
        if one.usages and first_apply(one.subsystem, observed)
        for usage in one.usages
        for finding in _judged(host, one, usage, observed)
    ]


def _judged(host: str, desired: Desired, usage: Usage, observed: Observed) -> Iterator[Finding]:
    output = observed.subsystems[desired.subsystem].usages.get(usage.name, NOT_QUERIED)
    if output.found is None:
        yield _unknown(host, desired, usage, output.error or "it printed nothing")
        return
    try:
        uses = dict.fromkeys(usage.judge(output.found, observed.sockets or Sockets()))
        found = [(use, *KINDS[use.effect]) for use in uses]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        yield _unknown(host, desired, usage, f"its output has another form ({type(error).__name__}: {error})")
        return
    for use, kind, severity in found:
        needs = use.effect != "hidden"
        yield Finding(host, desired.subsystem, kind, use.where, use.summary, severity, refused=needs)


def _unknown(host: str, desired: Desired, usage: Usage, reason: str) -> Finding:
    return Finding(
        host,
        desired.subsystem,
        UNKNOWN,
        usage.name,
        f"{usage.name}: it is unknown who uses it: {reason}",
        Severity.ERROR,
    )
