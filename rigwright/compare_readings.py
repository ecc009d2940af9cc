"""What differs in the running system's own words: readings, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rigwright.desired import Reading
from rigwright.finding import Finding, Severity
from rigwright.observed import ObservedSubsystem, Read
from rigwright.view import View

NOT_ASKED = Read(None, "it was not asked")


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
        if values is not None:
            yield from _keys(view, reading, values)


def unreadable(view: View) -> Iterator[Finding]:
    """Readings that gave no answer: that alone is no sign of anything while files or units differ."""
    for reading in view.desired.readings:
        answer = view.own.readings.get(reading.name, NOT_ASKED)
        if answer.values is None:
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
