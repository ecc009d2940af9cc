"""What is wrong and what happened, out of a host's response; what is masked; and garbage."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigwright.diagnose import judge
from rigwright.diagnose.document import Event
from rigwright.host.events import event, installed, merged, read
from rigwright.host.masked import command, masked

NOW = 1_800_000_000.0
UNIT = {
    "Id": "web.service",
    "ActiveState": "inactive",
    "SubState": "dead",
    "Type": "notify",
    "NRestarts": "0",
}
STOPPED = UNIT | {"UnitFileState": "enabled", "InactiveEnterTimestampMonotonic": "90000000"}
"""It stopped 10 s before the response."""
SUDO = {"at": NOW - 11, "kind": "sudo", "who": "alice", "what": "sudo systemctl stop web", "times": 1}


def seen(unit: dict[str, str], *events: object, declared: bool = False) -> dict[str, object]:
    """A response with this unit."""
    owners = {"site": ["web.service"]} if declared else {}
    rows = [unit]
    return {
        "now_seconds": NOW, "monotonic_seconds": 100.0, "units": rows, "declared": owners, "events": [*events]
    }  # fmt: skip


def kinds(response: dict[str, object], runbooks: dict[str, str] | None = None) -> list[tuple[str, str]]:
    found = judge.findings("h", response, judge.events(response), runbooks or {})
    return [(one.kind, one.summary) for one in found]


def test_a_stopped_unit_is_named_with_who_stopped_it() -> None:
    assert kinds(seen(STOPPED, SUDO)) == [
        ("unit.stopped", "web.service is stopped, by alice: sudo systemctl stop web")
    ]


@pytest.mark.parametrize(
    "other", [{"what": "sudo systemctl stop webmail"}, {"at": NOW - 400}, {"at": NOW - 5}, {"kind": "login"}]
)
def test_what_did_not_stop_it_is_not_named(other: dict[str, object]) -> None:
    assert kinds(seen(STOPPED, SUDO | other)) == [("unit.stopped", "web.service is stopped")]


@pytest.mark.parametrize(
    "other",
    [
        {"UnitFileState": "static"},
        {"Type": "oneshot"},
        {"ConditionResult": "no"},
        {"InactiveEnterTimestampMonotonic": "0"},
        {"ActiveState": "active"},
        {"Id": "web.target"},
    ],
)
def test_a_unit_that_is_inactive_by_right_is_no_finding(other: dict[str, str]) -> None:
    assert kinds(seen(STOPPED | other)) == []


def test_a_declared_unit_is_a_finding_although_it_never_ran() -> None:
    response = seen(UNIT, declared=True)
    (found,) = judge.findings("h", response, (), {"web.service": "docs/runbooks/web.md"})
    assert (found.kind, found.subsystem, found.runbook) == ("unit.stopped", "site", "docs/runbooks/web.md")


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ({"ActiveState": "failed", "Result": "exit-code"}, "unit.failed"),
        ({"ActiveState": "activating", "SubState": "auto-restart"}, "unit.restarting"),
        ({"ActiveState": "activating", "SubState": "auto-restart-queued"}, "unit.restarting"),
        (
            {"ActiveState": "active", "NRestarts": "3", "ActiveEnterTimestampMonotonic": "99"},
            "unit.restarting",
        ),
    ],
)
def test_failed_and_restarting_units(state: dict[str, str], kind: str) -> None:
    assert [found for found, _ in kinds(seen(UNIT | state))] == [kind]


def test_old_restarts_are_no_crash_loop() -> None:
    old = UNIT | {"ActiveState": "active", "NRestarts": "9", "ActiveEnterTimestampMonotonic": "1000000"}
    assert kinds(seen(old) | {"monotonic_seconds": 4000.0}) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([*STOPPED, *SUDO]), inner),
    max_leaves=12,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*seen({}), "lines"), JSON)))
def test_no_response_raises(response: dict[str, object]) -> None:
    happened = judge.events(response)
    judge.logs(response)
    assert all(one.summary for one in judge.findings("h", response, happened, {}))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/usr/bin/systemctl stop nginx", "systemctl stop nginx"),
        ("/usr/bin/systemctl set-environment TOKEN=abc", "systemctl set-environment TOKEN=***"),
        ("/usr/bin/psql -c ALTER ROLE a PASSWORD 'abc'", "psql …"),
        ("/usr/bin/echo it's", "echo …"),
        ("/usr/bin/id", "id"),
        ("", ""),
    ],
)
def test_a_command_shows_no_argument_that_may_be_secret(line: str, shown: str) -> None:
    assert command(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        "password=S3CR",
        'config {"api_key": "S3CR"}',
        "DB_PASSWORD: 'S3CR x S3CR'",
        "Authorization: Bearer S3CRS3CRS3CR",
        "postgres://app:S3CR@db/x",
        "--token S3CR",
        "key ghp_S3CRS3CRS3CR",
        "-p 1 --api-key 'S3CR S3CR'",
        "ALTER ROLE a PASSWORD 'S3CR'",
        '{\\"token\\":\\"S3CR\\"}',
        "url=password=S3CR",
        "cookie: a; session_token=S3CR",
        'type=EXECVE msg=audit(1.5:7): argc=2 a0="S3CR" a1=S3CR',
        "GET /reset/S3CR0123456789abcdef012345?",
        "took S3CR0123456789abcdef0123456789abcdef today",
    ],
)
def test_secrets_in_lines_are_masked(line: str) -> None:
    assert "S3CR" not in masked(line)
    assert "***" in masked(line)


@pytest.mark.parametrize(
    "word", ["a", "token", "token ", "-p ", 'token="', "a@", "1.", "a:", "x=", "://", "\\"]
)
def test_no_line_takes_long(word: str) -> None:
    """Of half a MiB a search that reads it again from each place would take hours."""
    text = word * (2**19 // len(word))
    assert masked(text)


def test_plain_lines_stay_as_they_are() -> None:
    line = "bind() to 0.0.0.0:80 failed (98: Address already in use) in /etc/nginx/sites/a.conf:12"
    assert masked(line) == line


def entry(message: str, **more: str) -> dict[str, str]:
    return {"__REALTIME_TIMESTAMP": "1000000", "MESSAGE": message, **more}


def test_lines_of_sudo_are_events() -> None:
    ran = "alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/systemctl stop web"
    refused = "bob : user NOT in sudoers ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id"
    found = [
        read(entry(one, SYSLOG_IDENTIFIER="sudo", _UID="0"), frozenset()) for one in (ran, refused, "garbage")
    ]
    assert [one and (one["who"], one["what"]) for one in found] == [
        ("alice", "sudo systemctl stop web"), ("bob", "sudo refused: id"), None
    ]  # fmt: skip


def test_an_account_cannot_log_as_the_sudo_of_another() -> None:
    line = "root : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id"
    logged = [
        read(entry(line, SYSLOG_IDENTIFIER="sudo", _UID=uid), frozenset()) for uid in ("0", "1000", "x")
    ]
    assert [one is not None for one in logged] == [True, False, False]


def test_packages_are_events_with_who_asked() -> None:
    log = (
        "\nStart-Date: 2026-12-01  02:00:00\nCommandline: apt install x\nRequested-By: alice (1000)\n"
        "Install: a:amd64 (1.2), b:amd64 (3, automatic)\nEnd-Date: 2026-12-01  02:00:09\n\nStart-Date: no\n"
    )
    (one,) = installed(log)
    assert (one["who"], one["what"]) == ("alice", "apt: install a, b")


def test_what_repeats_within_ten_minutes_is_one_event() -> None:
    found = merged(
        [event(at, "unit", "", what) for at, what in ((0, "a"), (9, "b"), (500, "a"), (2000, "a"))]
    )
    assert [(one["at"], one["what"], one["times"]) for one in found] == [
        (0, "a", 2),
        (9, "b", 1),
        (2000, "a", 1),
    ]


def test_events_are_read_in_order() -> None:
    first = SUDO | {"at": NOW - 50, "times": 4}
    found = judge.events({"events": [SUDO, first, {"at": "x"}, 7]})
    assert [one.times for one in found] == [4, 1]
    assert replace(found[0], times=1) == Event(found[0].at, "sudo", "alice", "sudo systemctl stop web")
