"""What differs in the running system's own words: readings, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rigwright.desired import Reading
from rigwright.finding import Finding, Severity
from rigwright.observed import ObservedSubsystem, Read
from rigwright.view import View

NOT_ASKED = Read(None, "it was not asked")
UNMET = "requirement.unmet"
"""The kind of a finding that stands in the way of every change, and that only a person can take away."""


def differs(reading: Reading, own: ObservedSubsystem) -> bool:
    """Whether it is not as wanted, or nobody can tell."""
    values = own.readings.get(reading.name, NOT_ASKED).values
    if values is None:
        return True
    expected = dict(reading.expected)
    foreign = reading.exact and set(values) - set(expected)
    return bool(foreign) or any(values.get(key) != value for key, value in expected.items())


def reading_findings(view: View) -> Iterator[Finding]:
    """Every key whose value is another one, is missing, or is nobody's."""
    for reading in view.desired.readings:
        values = view.own.readings.get(reading.name, NOT_ASKED).values
        if values is not None and not reading.required:
            yield from _keys(view, reading, values)


def unmet(view: View) -> Iterator[Finding]:
    """Everything that is in the way of any change."""
    for reading in view.desired.readings:
        if reading.required:
            yield from _unmet(view, reading, view.own.readings.get(reading.name, NOT_ASKED))


def _unmet(view: View, reading: Reading, answer: Read) -> Iterator[Finding]:
    """An answer that cannot be read is in the way too."""
    what_to_do = f": {reading.remedy}" if reading.remedy else ""
    if answer.values is None:
        summary = f"{reading.name} cannot be read: {answer.error}{what_to_do}"
        yield view.finding(UNMET, reading.name, summary, severity=Severity.ERROR)
        return
    for key, wanted in reading.expected:
        found = answer.values.get(key, "not told")
        if found != wanted:
            where = f"{reading.name}: {key}"
            told = f"{where} is {found}, wanted {wanted}{what_to_do}" if what_to_do else f"{key}: {found}"
            yield view.finding(UNMET, where, told, severity=Severity.ERROR, expected=wanted, actual=found)


def unreadable(view: View) -> Iterator[Finding]:
    """Readings that gave no answer: that alone is no sign of anything while files or units differ."""
    for reading in view.desired.readings:
        answer = view.own.readings.get(reading.name, NOT_ASKED)
        if answer.values is None and not reading.required:
            yield view.finding(
                "reading.unreadable",
                reading.name,
                f"{reading.name} cannot be read: {answer.error}",
                severity=Severity.ERROR,
                by=view.origin,
            )


def _keys(view: View, reading: Reading, values: Mapping[str, str]) -> Iterator[Finding]:
    expected = dict(reading.expected)
    for key, wanted in expected.items():
        where = f"{reading.name}: {key}"
        if key not in values:
            yield view.finding(
                "reading.missing", where, f"{where} is missing", expected=wanted, by=view.origin
            )
        elif values[key] != wanted:
            yield view.finding(
                "reading.value",
                where,
                f"{where} is {values[key]}, wanted {wanted}",
                expected=wanted,
                actual=values[key],
                by=view.origin,
            )
    for key in sorted(set(values) - set(expected)) if reading.exact else ():
        where = f"{reading.name}: {key}"
        yield view.finding(
            "reading.foreign",
            where,
            f"{where} ({values[key]}) is nobody's that Rigwright knows",
            actual=values[key],
            by=view.origin,
        )
