"""Readings: what the running system says is compared key by key, and mended only where it differs."""

from __future__ import annotations

import base64
import io
import tarfile

import pytest

from rigwright.compare import compare
from rigwright.desired import Desired, File, Reading
from rigwright.finding import By, Finding
from rigwright.observed import Observed, ObservedSubsystem, Read
from rigwright.payload import build
from rigwright.preflight import objection
from rigwright.record import Applied, manifest

ROLES = Reading("roles", "list-roles", (("app", "login"), ("admin", "superuser")), mend="make-roles")
USERS = Reading("users", "list-users", (("ada", "1000"),), mend="make-users", when="before_check")
NEEDED = Reading("card", "look-for-card", (("card", "ok"), ("kernel", "ok")), demand="put it in")
TOLD = Reading("backup", "list-backups", (("app", "true"),))
WHO = Applied("ada", "1", "now")


def own(*readings: Reading, **answers: Read) -> ObservedSubsystem:
    """What the host answers to which these readings were applied."""
    recorded = manifest(Desired("toy", readings=readings), WHO)
    return ObservedSubsystem({}, {}, {}, {}, {}, {}, recorded, None, answers)


def found(*readings: Reading, **answers: Read) -> list[Finding]:
    desired = Desired("toy", readings=readings)
    whole = Observed("", {"toy": own(*readings, **answers)}, {}, {}, busy=False, root=True)
    return compare("web", desired, whole)


def exactly(*readings: Reading, **answers: Read) -> set[tuple[str, str, str | None, str | None]]:
    return {(one.kind, one.where, one.expected, one.actual) for one in found(*readings, **answers)}


def scripts(*readings: Reading, **answers: Read) -> dict[str, bytes]:
    """What the payload would run to mend what was found."""
    payload = build(Desired("toy", readings=readings), own(**answers), [], WHO)
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
        ("reading.value", "roles: app", "login", "nologin"),
        ("reading.missing", "roles: admin", "superuser", None),
    }


def test_a_key_that_is_nobodys_is_told_only_where_all_of_them_are_ours() -> None:
    exact = Reading("roles", "list-roles", (("app", "login"),), exact=True, mend="make-roles")
    more = Read({"app": "login", "mallory": "superuser"})
    assert exactly(exact, roles=more) == {("reading.foreign", "roles: mallory", None, "superuser")}
    assert scripts(exact, roles=more) == {"steps/activated/00.sh": b"make-roles\n"}


def test_somebody_else_changed_it_where_we_applied_before() -> None:
    assert {one.by for one in found(ROLES, roles=Read({}))} == {By.FOREIGN}


@pytest.mark.parametrize("answers", [{}, {"roles": Read(None, "exit code 2: no server")}])
def test_no_answer_is_a_finding_of_its_own(answers: dict[str, Read]) -> None:
    (finding,) = found(ROLES, **answers)
    assert (finding.kind, finding.where) == ("reading.unreadable", "roles")
    assert scripts(ROLES, **answers) == {"steps/activated/00.sh": b"make-roles\n"}


def test_no_answer_says_nothing_while_something_else_explains_it() -> None:
    whole = Observed("", {"toy": own()}, {}, {}, busy=False, root=True)
    desired = Desired("toy", readings=(ROLES,), files=(File("/etc/toy", b""),))
    assert [one.kind for one in compare("web", desired, whole)] == ["file.missing"]


def test_what_files_need_is_made_before_they_are_checked() -> None:
    assert scripts(ROLES, USERS) == {
        "steps/before/00.sh": b"make-users\n",
        "steps/activated/00.sh": b"make-roles\n",
    }


def test_what_only_a_person_can_decide_is_told_and_left() -> None:
    missing = Read({"app": "false"})
    assert exactly(TOLD, backup=missing) == {("reading.value", "backup: app", "true", "false")}
    assert scripts(TOLD, backup=missing) == {}


@pytest.mark.parametrize("answers", [{}, {"card": Read(None, "no answer within 20 s")}, {"card": Read({})}])
def test_a_demand_that_cannot_be_read_is_in_the_way(answers: dict[str, Read]) -> None:
    told = found(NEEDED, **answers)
    assert {one.kind for one in told} == {"machine.unfit"}
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
        Reading("card", "look-for-card", (), mend="make-card", demand="put it in")


def test_what_a_start_settles_is_no_step_before_the_check() -> None:
    with pytest.raises(ValueError, match="no unit has been started"):
        Reading("users", "look", (), mend="make", when="before_check", settled_by="app.service")
