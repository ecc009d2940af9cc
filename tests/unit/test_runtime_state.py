"""Runtime state is compared key by key, and fixed only where it differs."""

from __future__ import annotations

import base64
import dataclasses
import io
import tarfile

import pytest

from rigwright.apply.payload import build
from rigwright.compare.subsystem import compare
from rigwright.desired import Desired, File, RuntimeState
from rigwright.drift.preflight import refusal_reason
from rigwright.finding import By, Finding
from rigwright.observed.manifest import Applied, manifest
from rigwright.observed.model import Observed, ObservedSubsystem, StateOutput

ROLES = RuntimeState(
    "roles", "list-roles", (("app", "login"), ("admin", "superuser")), remediation="make-roles"
)
USERS = RuntimeState("users", "list-users", (("ada", "1000"),), remediation="make-users", when="before_check")
REQUIRED = RuntimeState("card", "find-card", (("card", "ok"), ("kernel", "ok")), host_requirement="put it in")
REPORTED = RuntimeState("backup", "list-backups", (("app", "true"),))
WHO = Applied("ada", "1", "now")


def own(*runtime_states: RuntimeState, **outputs: StateOutput) -> ObservedSubsystem:
    """A host to which these runtime states were applied."""
    recorded = manifest(Desired("toy", runtime_states=runtime_states), WHO)
    return ObservedSubsystem({}, {}, {}, {}, {}, {}, recorded, None, outputs)


def found(*runtime_states: RuntimeState, **outputs: StateOutput) -> list[Finding]:
    desired = Desired("toy", runtime_states=runtime_states)
    whole = Observed("", {"toy": own(*runtime_states, **outputs)}, {}, {}, busy=False, root=True)
    return compare("web", desired, whole)


def exactly(
    *runtime_states: RuntimeState, **outputs: StateOutput
) -> set[tuple[str, str, str | None, str | None]]:
    return {(one.kind, one.where, one.expected, one.actual) for one in found(*runtime_states, **outputs)}


def scripts(*runtime_states: RuntimeState, **outputs: StateOutput) -> dict[str, bytes]:
    """What the payload would run to fix what was found."""
    payload = build(Desired("toy", runtime_states=runtime_states), own(**outputs), [], WHO)
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(payload.text))) as archive:
        members = {
            name: archive.extractfile(name) for name in archive.getnames() if name.startswith("steps/")
        }
        return {name: file.read() for name, file in members.items() if file and name.endswith(".sh")}


def test_matching_state_is_no_finding_and_runs_no_remediation() -> None:
    good = StateOutput({"app": "login", "admin": "superuser", "other": "login"})
    assert exactly(ROLES, roles=good) == set()
    assert scripts(ROLES, roles=good) == {}


def test_a_finding_names_the_key_and_both_values() -> None:
    assert exactly(ROLES, roles=StateOutput({"app": "nologin"})) == {
        ("runtime_state.value", "roles: app", "login", "nologin"),
        ("runtime_state.missing", "roles: admin", "superuser", None),
    }


def test_an_unmanaged_key_is_reported_only_where_the_state_is_exact() -> None:
    exact = RuntimeState("roles", "list-roles", (("app", "login"),), exact=True, remediation="make-roles")
    more = StateOutput({"app": "login", "mallory": "superuser"})
    assert exactly(exact, roles=more) == {("runtime_state.unmanaged", "roles: mallory", None, "superuser")}
    assert scripts(exact, roles=more) == {"steps/activated/00.sh": b"make-roles\n"}


def test_a_difference_after_an_apply_was_made_on_the_host() -> None:
    assert {one.by for one in found(ROLES, roles=StateOutput({}))} == {By.HOST}


ZONE = RuntimeState("time", "show-time", (("zone", "Etc/UTC"),), remediation="set-time")
EXACT = RuntimeState("roles", "list-roles", (("app", "login"), ("old", "login")), exact=True, remediation="x")


@pytest.mark.parametrize(
    ("before", "wanted", "values", "by"),
    [
        (ZONE, (("zone", "Europe/Berlin"),), {"zone": "Etc/UTC"}, By.REPOSITORY),
        (ZONE, (("zone", "Europe/Berlin"),), {"zone": "Asia/Tokyo"}, By.HOST),
        (ZONE, (("zone", "Europe/Berlin"),), {}, By.HOST),
        (ZONE, (("zone", "Etc/UTC"), ("locale", "C")), {"zone": "Etc/UTC", "locale": "de"}, By.REPOSITORY),
        (ZONE, (("zone", "Etc/UTC"), ("locale", "C")), {"zone": "Etc/UTC"}, By.REPOSITORY),
        (EXACT, (("app", "login"),), {"app": "login", "old": "login"}, By.REPOSITORY),
        (EXACT, (("app", "login"),), {"app": "login", "old": "superuser"}, By.HOST),
        (EXACT, EXACT.expected, {**dict(EXACT.expected), "mallory": "login"}, By.HOST),
        (EXACT, (*EXACT.expected, ("new", "login")), dict(EXACT.expected), By.REPOSITORY),
    ],
)
def test_a_value_is_attributed_by_what_the_last_apply_expected(
    before: RuntimeState, wanted: tuple[tuple[str, str], ...], values: dict[str, str], by: By
) -> None:
    outputs = {before.name: StateOutput(values)}
    desired = Desired("toy", runtime_states=(dataclasses.replace(before, expected=wanted),))
    whole = Observed("", {"toy": own(before, **outputs)}, {}, {}, busy=False, root=True)
    assert [one.by for one in compare("web", desired, whole)] == [by]


def test_a_state_that_no_apply_declared_yet_was_added_in_the_repository() -> None:
    desired = Desired("toy", runtime_states=(ZONE,))
    whole = Observed("", {"toy": own(time=StateOutput({"zone": "x"}))}, {}, {}, busy=False, root=True)
    assert [one.by for one in compare("web", desired, whole)] == [By.REPOSITORY]


@pytest.mark.parametrize("outputs", [{}, {"roles": StateOutput(None, "exit code 2: no server")}])
def test_unreadable_state_is_a_finding_of_its_own(outputs: dict[str, StateOutput]) -> None:
    (finding,) = found(ROLES, **outputs)
    assert (finding.kind, finding.where) == ("runtime_state.unreadable", "roles")
    assert scripts(ROLES, **outputs) == {"steps/activated/00.sh": b"make-roles\n"}


def test_unreadable_state_is_not_reported_while_files_or_units_differ() -> None:
    whole = Observed("", {"toy": own()}, {}, {}, busy=False, root=True)
    desired = Desired("toy", runtime_states=(ROLES,), files=(File("/etc/toy", b""),))
    assert [one.kind for one in compare("web", desired, whole)] == ["file.missing"]


def test_state_that_files_need_is_set_before_they_are_checked() -> None:
    assert scripts(ROLES, USERS) == {
        "steps/before/00.sh": b"make-users\n",
        "steps/activated/00.sh": b"make-roles\n",
    }


def test_state_without_a_remediation_is_reported_and_left() -> None:
    missing = StateOutput({"app": "false"})
    assert exactly(REPORTED, backup=missing) == {("runtime_state.value", "backup: app", "true", "false")}
    assert scripts(REPORTED, backup=missing) == {}


@pytest.mark.parametrize(
    "outputs", [{}, {"card": StateOutput(None, "no output within 20 s")}, {"card": StateOutput({})}]
)
def test_a_host_requirement_that_cannot_be_read_stops_apply(outputs: dict[str, StateOutput]) -> None:
    findings = found(REQUIRED, **outputs)
    assert {one.kind for one in findings} == {"host.requirement"}
    assert refusal_reason(findings, adopt=True) is not None


def test_an_unmet_host_requirement_stops_apply_with_adopt_too() -> None:
    findings = found(ROLES, REQUIRED, card=StateOutput({"card": "not there", "kernel": "ok"}))
    for adopt in (False, True):
        error = refusal_reason(findings, adopt=adopt)
        assert error
        assert "card: card is not there, wanted ok: put it in" in str(error)
        assert "kernel" not in str(error)
    assert (
        refusal_reason(found(REQUIRED, card=StateOutput({"card": "ok", "kernel": "ok"})), adopt=False) is None
    )


def test_an_unmanaged_file_stops_apply_without_adopt() -> None:
    unmanaged = Finding("web", "toy", "file.content", "/etc/toy", "/etc/toy differs", refused=True)
    assert "rig apply --adopt" in str(refusal_reason([unmanaged], adopt=False))
    assert refusal_reason([unmanaged], adopt=True) is None


def test_a_host_requirement_with_a_remediation_is_refused() -> None:
    with pytest.raises(ValueError, match="no command can make"):
        RuntimeState("card", "find-card", (), remediation="make-card", host_requirement="put it in")


def test_state_satisfied_by_a_restart_cannot_be_set_before_the_check() -> None:
    with pytest.raises(ValueError, match="no unit has been started"):
        RuntimeState(
            "users",
            "query",
            (),
            remediation="make",
            when="before_check",
            satisfied_by_restart_of="app.service",
        )
