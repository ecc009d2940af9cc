"""What ``--json`` prints is what ``docs/reference/schemas`` says."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploys.rig import Machine, Rig
from rigwright.access import survey as access_survey
from rigwright.access import terminal as access_terminal
from rigwright.access.people import Account, Key
from rigwright.apply import document as apply_document
from rigwright.apply.outcome import Outcome
from rigwright.backup import restore_document, restore_terminal
from rigwright.backup import survey as backup_survey
from rigwright.backup import terminal as backup_terminal
from rigwright.backup.known import Backup, Known
from rigwright.backup.survey import Data
from rigwright.cli import verify
from rigwright.desired import Protected
from rigwright.dev.docs.schemas import DOCUMENTS, pages, schema
from rigwright.diagnose import terminal as diagnose_terminal
from rigwright.diagnose.document import Event, UnitLines
from rigwright.diagnose.survey import Diagnosis
from rigwright.drift.survey import Surveyed
from rigwright.errors import Exit, RigError
from rigwright.finding import By, Finding, Severity
from rigwright.health import survey as health_survey
from rigwright.health import terminal as health_terminal
from rigwright.health.check import Check, Verdict
from rigwright.inventory.load import Host
from rigwright.reboot import survey as reboot_survey
from rigwright.reboot import terminal as reboot_terminal
from rigwright.reboot.carry_out import Rebooted
from rigwright.report import document, json_format
from rigwright.verify import Verified
from tests.support.command import rig
from tests.support.pages import ROOT

SCHEMAS = ROOT / "docs" / "reference" / "schemas"
HOST = Host("web", Rig(machine=Machine(os="debian13")), {"ssh_hostname": "192.0.2.1"})
AT = datetime(2026, 11, 28, 16, 5, 9, tzinfo=timezone.utc)
DOWN = RigError("it is down", host="web", setting="address", file="prod.py", next_step="start it")
LEAST = Finding("web", "nginx", "file.missing", "/etc/a", "file /etc/a is missing")
MOST = Finding(
    "web",
    "nginx",
    "file.content",
    "/etc/b",
    "/etc/b differs",
    severity=Severity.ERROR,
    expected="b",
    actual="c",
    diff=("-c", "+b"),
    since=AT,
    by=By.HOST,
    runbook="docs/runbooks/drift.md",
    refused=True,
)
FOUND = (LEAST, MOST)
KEY = Key("ssh-ed25519", "SHA256:abc", "alice@laptop", "/home/alice/.ssh/authorized_keys", used=AT)
ALICE = Account("alice", 1000, "/bin/bash", ("adm",), keys=(KEY,), sudo=("(ALL) ALL",), login=AT)
BOB = Account("bob", 1001, "/bin/sh")


def printed() -> Iterator[tuple[str, str]]:
    """Documents of each command: with everything that one can hold, and with as little as it can."""
    for command in ("plan", "drift"):
        yield command, json_format.as_json([Surveyed(HOST, FOUND), Surveyed(HOST, error=DOWN)])
        yield command, json_format.as_json([])
    before = Surveyed(HOST, FOUND)
    failed = Outcome(HOST, before, before, 1, 2.34, ("E: no room",), claims=(LEAST,))
    yield "apply", apply_document.as_json([failed, Outcome(HOST, before, before, 1, 0.0, tried=False)])
    unknown = Surveyed(HOST, error=DOWN)
    yield "apply", apply_document.as_json([Outcome(HOST, unknown, unknown, 1, 0.0)])
    yield "verify", document.as_json(verify.as_document(Verified(FOUND, 3, ("no nginx",), frozenset())))
    checks = tuple(Check("units", "a.service", verdict, "seen") for verdict in Verdict)
    surveyed = (
        health_survey.HealthReport(HOST.name, checks),
        health_survey.HealthReport(HOST.name, error=DOWN),
    )
    yield "health", health_terminal.as_json(surveyed)
    yield "health", health_terminal.as_json(surveyed, indent=None)
    people = access_survey.AccessReport(
        HOST, (ALICE, BOB), FOUND, ("a certificate authority",), AT, reviewed=True
    )
    event = Event(AT, "sudo", "alice", "sudo systemctl stop x", 2)
    diagnosed = Diagnosis(HOST.name, "debian13", FOUND, (), (UnitLines("x.service", ("gone",)),), (event,))
    yield "diagnose", diagnose_terminal.as_json([diagnosed, Diagnosis(HOST.name, error=DOWN)])
    yield "access", access_terminal.as_json([people, access_survey.AccessReport(HOST, error=DOWN)])
    backup = Backup("20270301-020000F", "full", AT, 49_000_000, 5_000_000, AT, "12 rows in 3 tables")
    data = Data(Protected("Orders", "database", ("/srv/orders",), 3600), Known(AT, (backup,), ("a gap",)))
    unread = Data(Protected("Uploads", "files", ("/srv/uploads",), 3600), Known(None, (), ()))
    backed_up = backup_survey.BackupReport(HOST.name, (data, unread), FOUND)
    yield "backup", backup_terminal.as_json([backed_up, backup_survey.BackupReport(HOST.name, error=DOWN)])
    yield from restores()
    due = reboot_survey.RebootReport(HOST, reasons=("kernel 6.2 waits",), objections=(DOWN,))
    rebooted = Rebooted(HOST, 9.0, findings=FOUND)
    yield "reboot", reboot_terminal.as_json([due], [rebooted], Exit.CHANGES)
    yield "reboot", reboot_terminal.as_json([due], [], Exit.UNKNOWN)


def restores() -> Iterator[tuple[str, str]]:
    """A dry run, a restore that ended, and neither."""
    item = {
        **dict.fromkeys(("what", "data", "label", "to", "folder"), "Orders"),
        **dict.fromkeys(("backup_at", "earliest", "latest"), AT.timestamp()),
        **dict.fromkeys(("loss_seconds", "bytes", "room_needed", "room_there", "seconds"), 9),
        "gaps": [["7", "9"]],
        "stops": ["a.service"],
        "keeps": ["/srv/old"],
        "refused": "no",
        "possible": "yes",
    }
    promise = {"rto_seconds": 14_400, "rpo_seconds": 3600}
    request = {"what": "host", "to": "latest", "way": "beside", "place": "primary"}
    step = {"item": "Orders", "name": "restore", "begun": 9, "seconds": 1.5, "said": "whole"}
    journal = {
        "request": request,
        "state": "done",
        "code": 0,
        "error": "no",
        "begun": 9,
        "seconds": 2.5,
        "measured": [],
        "steps": [step],
        "lines": ["whole"],
        "promise": promise,
        "runs": False,
    }
    plan = restore_document.plan({"items": [item], "promise": promise}, "web")
    yield "restore", restore_terminal.as_json("web", 0, plan, restore_document.restored(journal, "web"))
    yield "restore", restore_terminal.as_json("web", 1)


PRINTED = [pytest.param(*one, id=f"{one[0]}-{number}") for number, one in enumerate(printed())]


FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_a_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@functools.cache
def validator(command: str) -> jsonschema.Draft202012Validator:
    text = (SCHEMAS / f"{command}.schema.json").read_text()
    return jsonschema.Draft202012Validator(json.loads(text), format_checker=FORMATS)


def problems(command: str, document: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator(command).iter_errors(document)]


@pytest.mark.parametrize("name", pages())
def test_a_schema_is_fresh_and_is_json_schema(name: str) -> None:
    text = (SCHEMAS / name).read_text()
    assert text == pages()[name], "stale: run ./rig docs"
    jsonschema.Draft202012Validator.check_schema(json.loads(text))


def test_there_is_no_other_schema() -> None:
    assert {path.name for path in SCHEMAS.iterdir()} == set(pages())


@pytest.mark.parametrize(("command", "text"), PRINTED)
def test_a_document_is_valid(command: str, text: str) -> None:
    assert problems(command, json.loads(text)) == []


@pytest.mark.parametrize(
    "command", ["plan", "drift", "health", "diagnose", "access", "backup status", "reboot"]
)
def test_the_output_of_the_command_is_valid(command: str) -> None:
    """The reference host has an address of the documentation range, so its state is unknown."""
    done = rig(*command.split(), "inventories/prod.py", "--json")
    read = json.loads(done.stdout)
    assert problems(command.split(maxsplit=1)[0], read) == []
    assert (done.returncode, read["exit"], read["hosts"][0]["known"]) == (1, 1, False)


def objects(value: object) -> Iterator[dict[str, Any]]:
    """Every object of a document, itself and all within it."""
    if isinstance(value, dict):
        yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in children:
        yield from objects(one)


@pytest.mark.parametrize(("command", "text"), PRINTED)
def test_a_renamed_key_is_found_wherever_it_is(command: str, text: str) -> None:
    number = sum(len(one) for one in objects(json.loads(text)))
    assert number >= 4
    for index in range(number):
        read = json.loads(text)
        owner, key = [(one, key) for one in objects(read) for key in one][index]
        owner[f"{key}_renamed"] = owner.pop(key)
        assert problems(command, read), f"{key} may be renamed"


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("severity", "fatal"), ("by", "ours"), ("since", "yesterday"), ("diff", "-c"), ("refused", None)],
)
def test_a_value_that_no_finding_has_is_found(key: str, wrong: object) -> None:
    read = json.loads(json_format.as_json([Surveyed(HOST, FOUND)]))
    read["hosts"][0]["findings"][1][key] = wrong
    assert problems("drift", read)


def test_every_key_says_what_it_means() -> None:
    for command, kind in DOCUMENTS.items():
        whole = schema(kind, command)
        for part in (whole, *whole["$defs"].values()):
            silent = [name for name, value in part["properties"].items() if "description" not in value]
            assert not silent, f"{part['description']} {silent}: add it to Attributes in the docstring"


def test_a_type_that_no_schema_is_written_for_is_refused() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Strange(document.Document):
        where: Path

    with pytest.raises(TypeError, match=r"no JSON Schema for .*Path"):
        schema(Strange, "strange")
