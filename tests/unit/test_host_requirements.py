"""What the machine itself must be: apply refuses before anything changes, and no adoption overcomes it."""

from __future__ import annotations

import dataclasses

import pytest

from rigwright.compare.subsystem import compare
from rigwright.desired import Desired, RuntimeState
from rigwright.drift.preflight import objection
from rigwright.finding import Finding, Severity
from rigwright.observed.manifest import Applied, manifest, restore
from rigwright.observed.model import Observed, ObservedSubsystem, Read

CARD = RuntimeState(
    "cards", "list-cards", (("on the bus", "10de:2b85"),), host_requirement="set machine.gpus"
)
TOY = Desired("toy", packages=("toy",), runtime_states=(CARD,))


def found(answer: Read, desired: Desired = TOY, packages: dict[str, str] | None = None) -> list[Finding]:
    recorded = manifest(desired, Applied("ada", "1", "now"))
    own = ObservedSubsystem({}, {}, packages or {}, {}, {}, {}, recorded, None, {"cards": answer})
    return compare("web", desired, Observed("", {"toy": own}, {}, {}, busy=False, root=True))


def test_a_machine_that_is_as_demanded_has_no_finding() -> None:
    assert found(Read({"on the bus": "10de:2b85"}), packages={"toy": "1"}) == []


def test_one_that_is_not_is_told_before_all_else_with_what_to_do() -> None:
    first, second = found(Read({"on the bus": "none"}))
    assert (first.kind, first.where, first.severity) == (
        "host.requirement",
        "cards: on the bus",
        Severity.ERROR,
    )
    assert first.summary == "cards: on the bus is none, wanted 10de:2b85: set machine.gpus"
    assert second.kind == "package.missing"


@pytest.mark.parametrize("answer", [Read(None, "exit code 1: no such bus"), Read({})])
def test_a_machine_that_does_not_tell_is_not_taken_for_a_good_one(answer: Read) -> None:
    first = found(answer)[0]
    assert (first.kind, "unknown" in first.summary) == ("host.requirement", True)


def test_apply_objects_whether_it_may_adopt_or_not_and_says_that_nothing_was_changed() -> None:
    for adopt in (False, True):
        error = objection(found(Read({"on the bus": "none"})), adopt=adopt)
        assert error
        assert error.host == "web"
        assert "nothing was changed" in error.what
        assert "on the bus is none, wanted 10de:2b85: set machine.gpus" in error.what


def test_apply_objects_to_files_of_somebody_else_only_where_it_may_not_adopt() -> None:
    missing = found(Read({"on the bus": "10de:2b85"}))
    assert objection(missing, adopt=False) is None
    foreign = [dataclasses.replace(missing[0], refused=True)]
    assert objection(foreign, adopt=True) is None
    assert "--adopt" in str(objection(foreign, adopt=False))


def test_the_hosts_own_check_demands_the_same() -> None:
    recorded = restore("toy", manifest(TOY, Applied("ada", "1", "now")))
    none = Read({"on the bus": "none"})
    assert found(none, recorded)[0] == found(none)[0]


def test_nothing_makes_a_machine_another_one() -> None:
    with pytest.raises(ValueError, match="no command can make"):
        dataclasses.replace(CARD, remediation="solder")
