"""One thing that was checked, and the verdict on it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from facts.values import Failed, NotSupported, Value
from rigwright.finding import Finding, Severity
from rigwright.health.thresholds import Threshold


class Verdict(enum.Enum):
    """``NONE``: there is no such thing on this host, which is neither good nor bad."""

    OK = "ok"
    NONE = "none"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


RANK = {Verdict.NONE: 0, Verdict.OK: 1, Verdict.WARNING: 2, Verdict.UNKNOWN: 3, Verdict.CRITICAL: 4}
SEVERITY = {
    Verdict.WARNING: Severity.WARNING,
    Verdict.CRITICAL: Severity.ERROR,
    Verdict.UNKNOWN: Severity.WARNING,
}


@dataclass(frozen=True)
class Check:
    """One row of the report.

    Attributes:
        area: ``gpu``, ``memory``, ``ecc``, ``filesystem``, ``nvme``, ``sata``, ``log`` (drives in the kernel
            log), ``zfs``, ``sensors``, ``pcie``, ``units`` or ``reboot``.
        where: Which one: a device, a mount point, a unit.
        verdict: How it is.
        summary: Its values, for people.
    """

    area: str
    where: str
    verdict: Verdict
    summary: str


def finding(host: str, check: Check) -> Finding | None:
    """The check as a finding, as every other command has them; None where there is nothing to report."""
    if check.verdict not in SEVERITY:
        return None
    return Finding(
        host=host,
        subsystem=check.area,
        kind=f"health.{check.verdict.value}",
        where=check.where,
        summary=f"{check.where}: {check.summary}",
        severity=SEVERITY[check.verdict],
    )


def worst(verdicts: list[Verdict]) -> Verdict:
    """The one that matters most."""
    return max(verdicts, key=lambda one: RANK[one], default=Verdict.OK)


def judge(value: float, threshold: Threshold) -> Verdict:
    """A known value against its limits; the limits themselves are already too much."""
    sign = -1 if threshold.falling else 1
    if value * sign >= threshold.critical * sign:
        return Verdict.CRITICAL
    return Verdict.WARNING if value * sign >= threshold.warning * sign else Verdict.OK


class Row:
    """Collects what is known of one thing; the worst of it is the verdict."""

    def __init__(self, area: str, where: str) -> None:
        self.area, self.where = area, where
        self._notes: list[tuple[Verdict, str]] = []

    def add(self, verdict: Verdict, words: str) -> None:
        """Something that is known."""
        self._notes.append((verdict, words))

    def value(self, found: Value[float], threshold: Threshold, words: str) -> None:
        """A value against its limits. ``words`` holds ``{}`` for it: percent for ratios."""
        if isinstance(found, Failed):
            self.add(Verdict.UNKNOWN, f"{threshold.what}: {found.reason}")
        elif not isinstance(found, NotSupported):
            shown = f"{found * 100:.0f} %" if threshold.unit == "%" else f"{found:.0f} {threshold.unit}"
            self.add(judge(found, threshold), words.format(shown))

    def none_of(self, found: Value[int], verdict: Verdict, words: str) -> None:
        """A counter that should be zero."""
        if isinstance(found, Failed):
            self.add(Verdict.UNKNOWN, f"{words}: {found.reason}")
        elif isinstance(found, int) and found > 0:
            self.add(verdict, f"{found} {words}")

    def is_false(self, found: Value[bool], verdict: Verdict, words: str) -> None:
        """Something that should not be so."""
        if isinstance(found, Failed):
            self.add(Verdict.UNKNOWN, f"{words}: {found.reason}")
        elif found is True:
            self.add(verdict, words)

    def check(self) -> Check:
        """The row: what is wrong where something is, else all that is known; the same words once."""
        verdict = worst([one for one, _ in self._notes])
        bad = [words for one, words in self._notes if one in SEVERITY]
        shown = dict.fromkeys(bad or [words for _, words in self._notes])
        return Check(self.area, self.where, verdict, ", ".join(shown) or "fine")
