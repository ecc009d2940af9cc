"""What the machine itself must be: apply refuses before anything changes, and no adoption overcomes it."""

from __future__ import annotations

import dataclasses

import pytest

from rigwright.compare.subsystem import compare
from rigwright.desired import Desired, RuntimeState
from rigwright.drift.preflight import refusal_reason
from rigwright.finding import Finding, Severity
from rigwright.observed.manifest import Applied, manifest, restore
from rigwright.observed.model import Observed, ObservedSubsystem, StateOutput

CARD = RuntimeState(
    "cards", "list-cards", (("on the bus", "10de:2b85"),), host_requirement="set machine.gpus"
)
TOY = Desired("toy", packages=("toy",), runtime_states=(CARD,))


def found(
    output: StateOutput, desired: Desired = TOY, packages: dict[str, str] | None = None
) -> list[Finding]:
    recorded = manifest(desired, Applied("ada", "1", "now"))
    own = ObservedSubsystem({}, {}, packages or {}, {}, {}, {}, recorded, None, {"cards": output})
    return compare("web", desired, Observed("", {"toy": own}, {}, {}, busy=False, root=True))


def test_a_machine_that_meets_its_host_requirements_has_no_finding() -> None:
    assert found(StateOutput({"on the bus": "10de:2b85"}), packages={"toy": "1"}) == []


def test_an_unmet_requirement_is_reported_first_with_what_to_do() -> None:
    first, second = found(StateOutput({"on the bus": "none"}))
    assert (first.kind, first.where, first.severity) == (
        "host.requirement",
        "cards: on the bus",
        Severity.ERROR,
    )
    assert first.summary == "cards: on the bus is none, wanted 10de:2b85: set machine.gpus"
    assert second.kind == "package.missing"


@pytest.mark.parametrize("output", [StateOutput(None, "exit code 1: no such bus"), StateOutput({})])
def test_an_unknown_requirement_is_not_taken_for_met(output: StateOutput) -> None:
    first = found(output)[0]
    assert (first.kind, "unknown" in first.summary) == ("host.requirement", True)


def test_apply_refuses_with_and_without_adopt_and_says_that_nothing_was_changed() -> None:
    for adopt in (False, True):
        error = refusal_reason(found(StateOutput({"on the bus": "none"})), adopt=adopt)
        assert error
        assert error.host == "web"
        assert "nothing was changed" in error.what
        assert "on the bus is none, wanted 10de:2b85: set machine.gpus" in error.what


def test_apply_refuses_unmanaged_files_only_without_adopt() -> None:
    missing = found(StateOutput({"on the bus": "10de:2b85"}))
    assert refusal_reason(missing, adopt=False) is None
    unmanaged = [dataclasses.replace(missing[0], refused=True)]
    assert refusal_reason(unmanaged, adopt=True) is None
    assert "--adopt" in str(refusal_reason(unmanaged, adopt=False))


def test_the_nightly_check_has_the_same_requirements() -> None:
    recorded = restore("toy", manifest(TOY, Applied("ada", "1", "now")))
    none = StateOutput({"on the bus": "none"})
    assert found(none, recorded)[0] == found(none)[0]


def test_a_host_requirement_has_no_remediation() -> None:
    with pytest.raises(ValueError, match="no command can make"):
        dataclasses.replace(CARD, remediation="solder")
