"""What differs in the runtime state that the host's own tools report, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rigwright.compare.view import View
from rigwright.desired import RuntimeState
from rigwright.finding import By, Finding, Severity
from rigwright.observed.model import ObservedSubsystem, StateOutput

NOT_QUERIED = StateOutput(None, "it was not queried")
HOST_REQUIREMENT = "host.requirement"
"""The kind of the finding that neither apply nor ``--adopt`` can fix."""


def differs(state: RuntimeState, own: ObservedSubsystem) -> bool:
    """Whether it is not as expected, or unknown."""
    values = own.runtime_states.get(state.name, NOT_QUERIED).values
    if values is None:
        return True
    expected = dict(state.expected)
    unmanaged = state.exact and set(values) - set(expected)
    return bool(unmanaged) or any(values.get(key) != value for key, value in expected.items())


def host_requirements(view: View) -> Iterator[Finding]:
    """Requirements that the machine does not meet: no apply can fix that."""
    for state in (one for one in view.desired.runtime_states if one.host_requirement):
        output = view.own.runtime_states.get(state.name, NOT_QUERIED)
        for key, wanted in state.expected:
            found = (
                f"unknown ({output.error})" if output.values is None else output.values.get(key, "unknown")
            )
            if found != wanted:
                where = f"{state.name}: {key}"
                yield view.finding(
                    HOST_REQUIREMENT,
                    where,
                    f"{where} is {found}, wanted {wanted}: {state.host_requirement}",
                    severity=Severity.ERROR,
                    expected=wanted,
                    actual=found,
                )


def runtime_state_findings(view: View) -> Iterator[Finding]:
    """Every key whose value differs, is missing, or is unmanaged."""
    for state in _of_the_system(view):
        values = view.own.runtime_states.get(state.name, NOT_QUERIED).values
        if values is not None:
            yield from _keys(view, state, values)


def _of_the_system(view: View) -> Iterator[RuntimeState]:
    return (one for one in view.desired.runtime_states if not one.host_requirement)


def unreadable(view: View) -> Iterator[Finding]:
    """Runtime state that cannot be read, which may be a consequence of files or units that differ."""
    for state in _of_the_system(view):
        output = view.own.runtime_states.get(state.name, NOT_QUERIED)
        if output.values is None:
            yield view.finding(
                "runtime_state.unreadable",
                state.name,
                f"{state.name} cannot be read: {output.error}",
                severity=Severity.ERROR,
                by=view.origin(as_applied=_before(view, state) is None),
            )


def _before(view: View, state: RuntimeState) -> RuntimeState | None:
    """What the last apply expected of it, None where it did not declare it."""
    return next((one for one in view.last.runtime_states if one.name == state.name), None)


def _keys(view: View, state: RuntimeState, values: Mapping[str, str]) -> Iterator[Finding]:
    expected = dict(state.expected)
    before = _before(view, state)
    applied = dict(before.expected) if before else {}

    def by(key: str) -> By:
        """A key that the last apply did not expect may have any value, but none in exact state."""
        exact = before is not None and before.exact
        return view.origin(
            as_applied=applied.get(key) == values.get(key) if key in applied or exact else True
        )

    for key, wanted in expected.items():
        where = f"{state.name}: {key}"
        if key not in values:
            yield view.finding(
                "runtime_state.missing", where, f"{where} is missing", expected=wanted, by=by(key)
            )
        elif values[key] != wanted:
            yield view.finding(
                "runtime_state.value",
                where,
                f"{where} is {values[key]}, wanted {wanted}",
                expected=wanted,
                actual=values[key],
                by=by(key),
            )
    for key in sorted(set(values) - set(expected)) if state.exact else ():
        where = f"{state.name}: {key}"
        yield view.finding(
            "runtime_state.unmanaged",
            where,
            f"{where} ({values[key]}) is not managed by Rigwright",
            actual=values[key],
            by=by(key),
        )
