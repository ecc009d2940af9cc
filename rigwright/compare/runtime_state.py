"""What differs in the running system's own words: readings, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rigwright.compare.view import View
from rigwright.desired import RuntimeState
from rigwright.finding import Finding, Severity
from rigwright.observed.model import ObservedSubsystem, Read

NOT_ASKED = Read(None, "it was not asked")
UNFIT = "host.requirement"
"""The kind of the finding that no apply can mend, and no adoption overcome."""


def differs(reading: RuntimeState, own: ObservedSubsystem) -> bool:
    """Whether it is not as wanted, or nobody can tell."""
    values = own.runtime_states.get(reading.name, NOT_ASKED).values
    if values is None:
        return True
    expected = dict(reading.expected)
    foreign = reading.exact and set(values) - set(expected)
    return bool(foreign) or any(values.get(key) != value for key, value in expected.items())


def host_requirements(view: View) -> Iterator[Finding]:
    """What the machine itself is not: nothing that apply does makes it so."""
    for reading in (one for one in view.desired.runtime_states if one.host_requirement):
        answer = view.own.runtime_states.get(reading.name, NOT_ASKED)
        for key, wanted in reading.expected:
            found = (
                f"unknown ({answer.error})" if answer.values is None else answer.values.get(key, "unknown")
            )
            if found != wanted:
                where = f"{reading.name}: {key}"
                yield view.finding(
                    UNFIT,
                    where,
                    f"{where} is {found}, wanted {wanted}: {reading.host_requirement}",
                    severity=Severity.ERROR,
                    expected=wanted,
                    actual=found,
                )


def reading_findings(view: View) -> Iterator[Finding]:
    """Every key whose value is another one, is missing, or is nobody's."""
    for reading in _of_the_system(view):
        values = view.own.runtime_states.get(reading.name, NOT_ASKED).values
        if values is not None:
            yield from _keys(view, reading, values)


def _of_the_system(view: View) -> Iterator[RuntimeState]:
    return (one for one in view.desired.runtime_states if not one.host_requirement)


def unreadable(view: View) -> Iterator[Finding]:
    """Readings that gave no answer: that alone is no sign of anything while files or units differ."""
    for reading in _of_the_system(view):
        answer = view.own.runtime_states.get(reading.name, NOT_ASKED)
        if answer.values is None:
            yield view.finding(
                "runtime_state.unreadable",
                reading.name,
                f"{reading.name} cannot be read: {answer.error}",
                severity=Severity.ERROR,
                by=view.origin,
            )


def _keys(view: View, reading: RuntimeState, values: Mapping[str, str]) -> Iterator[Finding]:
    expected = dict(reading.expected)
    for key, wanted in expected.items():
        where = f"{reading.name}: {key}"
        if key not in values:
            yield view.finding(
                "runtime_state.missing", where, f"{where} is missing", expected=wanted, by=view.origin
            )
        elif values[key] != wanted:
            yield view.finding(
                "runtime_state.value",
                where,
                f"{where} is {values[key]}, wanted {wanted}",
                expected=wanted,
                actual=values[key],
                by=view.origin,
            )
    for key in sorted(set(values) - set(expected)) if reading.exact else ():
        where = f"{reading.name}: {key}"
        yield view.finding(
            "runtime_state.unmanaged",
            where,
            f"{where} ({values[key]}) is nobody's that Rigwright knows",
            actual=values[key],
            by=view.origin,
        )
