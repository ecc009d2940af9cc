"""Readings: what the running system says is compared key by key, and mended only where it differs."""

from __future__ import annotations

import base64
import io
import tarfile

import pytest

from rigwright.apply.payload import build
from rigwright.compare.subsystem import compare
from rigwright.desired import Desired, File, RuntimeState
from rigwright.drift.preflight import objection
from rigwright.finding import By, Finding
from rigwright.observed.manifest import Applied, manifest
from rigwright.observed.model import Observed, ObservedSubsystem, Read

ROLES = RuntimeState(
    "roles", "list-roles", (("app", "login"), ("admin", "superuser")), remediation="make-roles"
)
USERS = RuntimeState("users", "list-users", (("ada", "1000"),), remediation="make-users", when="before_check")
NEEDED = RuntimeState(
    "card", "look-for-card", (("card", "ok"), ("kernel", "ok")), host_requirement="put it in"
)
TOLD = RuntimeState("backup", "list-backups", (("app", "true"),))
WHO = Applied("ada", "1", "now")


def own(*runtime_states: RuntimeState, **answers: Read) -> ObservedSubsystem:
    """What the host answers to which these readings were applied."""
    recorded = manifest(Desired("toy", runtime_states=runtime_states), WHO)
    return ObservedSubsystem({}, {}, {}, {}, {}, {}, recorded, None, answers)


def found(*runtime_states: RuntimeState, **answers: Read) -> list[Finding]:
    desired = Desired("toy", runtime_states=runtime_states)
    whole = Observed("", {"toy": own(*runtime_states, **answers)}, {}, {}, busy=False, root=True)
    return compare("web", desired, whole)


def exactly(*runtime_states: RuntimeState, **answers: Read) -> set[tuple[str, str, str | None, str | None]]:
    return {(one.kind, one.where, one.expected, one.actual) for one in found(*runtime_states, **answers)}


def scripts(*runtime_states: RuntimeState, **answers: Read) -> dict[str, bytes]:
    """What the payload would run to mend what was found."""
    payload = build(Desired("toy", runtime_states=runtime_states), own(**answers), [], WHO)
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(payload.text))) as archive:
        members = {
            name: archive.extractfile(name) for name in archive.getnames() if name.startswith("steps/")
        }
        return {name: file.read() for name, file in members.items() if file and name.endswith(".sh")}


def test_what_is_as_wanted_is_no_finding_and_is_not_mended() -> None:
    good = Read({"app": "login", "admin": "superuser", "other": "login"})
    assert exactly(ROLES, roles=good) == set()
    assert scripts(ROLES, roles=good) == {}


def test_a_finding_names_the_key_and_both_values() -> None:
    assert exactly(ROLES, roles=Read({"app": "nologin"})) == {
        ("runtime_state.value", "roles: app", "login", "nologin"),
        ("runtime_state.missing", "roles: admin", "superuser", None),
    }


def test_a_key_that_is_nobodys_is_told_only_where_all_of_them_are_ours() -> None:
    exact = RuntimeState("roles", "list-roles", (("app", "login"),), exact=True, remediation="make-roles")
    more = Read({"app": "login", "mallory": "superuser"})
    assert exactly(exact, roles=more) == {("runtime_state.unmanaged", "roles: mallory", None, "superuser")}
    assert scripts(exact, roles=more) == {"steps/activated/00.sh": b"make-roles\n"}


def test_somebody_else_changed_it_where_we_applied_before() -> None:
    assert {one.by for one in found(ROLES, roles=Read({}))} == {By.HOST}


@pytest.mark.parametrize("answers", [{}, {"roles": Read(None, "exit code 2: no server")}])
def test_no_answer_is_a_finding_of_its_own(answers: dict[str, Read]) -> None:
    (finding,) = found(ROLES, **answers)
    assert (finding.kind, finding.where) == ("runtime_state.unreadable", "roles")
    assert scripts(ROLES, **answers) == {"steps/activated/00.sh": b"make-roles\n"}


def test_no_answer_says_nothing_while_something_else_explains_it() -> None:
    whole = Observed("", {"toy": own()}, {}, {}, busy=False, root=True)
    desired = Desired("toy", runtime_states=(ROLES,), files=(File("/etc/toy", b""),))
    assert [one.kind for one in compare("web", desired, whole)] == ["file.missing"]


def test_what_files_need_is_made_before_they_are_checked() -> None:
    assert scripts(ROLES, USERS) == {
        "steps/before/00.sh": b"make-users\n",
        "steps/activated/00.sh": b"make-roles\n",
    }


def test_what_only_a_person_can_decide_is_told_and_left() -> None:
    missing = Read({"app": "false"})
    assert exactly(TOLD, backup=missing) == {("runtime_state.value", "backup: app", "true", "false")}
    assert scripts(TOLD, backup=missing) == {}


@pytest.mark.parametrize("answers", [{}, {"card": Read(None, "no answer within 20 s")}, {"card": Read({})}])
def test_a_demand_that_cannot_be_read_is_in_the_way(answers: dict[str, Read]) -> None:
    told = found(NEEDED, **answers)
    assert {one.kind for one in told} == {"host.requirement"}
    assert objection(told, adopt=True) is not None


def test_a_demand_stops_everything_even_where_apply_may_adopt() -> None:
    told = found(ROLES, NEEDED, card=Read({"card": "not there", "kernel": "ok"}))
    for adopt in (False, True):
        error = objection(told, adopt=adopt)
        assert error
        assert "card: card is not there, wanted ok: put it in" in str(error)
        assert "kernel" not in str(error)
    assert objection(found(NEEDED, card=Read({"card": "ok", "kernel": "ok"})), adopt=False) is None


def test_what_is_not_ours_stops_apply_until_it_may_adopt() -> None:
    foreign = Finding("web", "toy", "file.content", "/etc/toy", "/etc/toy differs", refused=True)
    assert "rig apply --adopt" in str(objection([foreign], adopt=False))
    assert objection([foreign], adopt=True) is None


def test_a_demand_has_no_mend() -> None:
    with pytest.raises(ValueError, match="no command can make"):
        RuntimeState("card", "look-for-card", (), remediation="make-card", host_requirement="put it in")


def test_what_a_start_settles_is_no_step_before_the_check() -> None:
    with pytest.raises(ValueError, match="no unit has been started"):
        RuntimeState(
            "users",
            "look",
            (),
            remediation="make",
            when="before_check",
            satisfied_by_restart_of="app.service",
        )
