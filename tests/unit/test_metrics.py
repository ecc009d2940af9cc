"""What the host exposes every minute: failed logins out of the journal, and a needed reboot."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rigwright.health.check import Verdict
from rigwright.health.metrics import Snapshot, memory, remembered, reviewed_at
from rigwright.health.metrics import text as page
from rigwright.host import upgrades
from rigwright.host.logins import Tally, counted, failures, text
from rigwright.host.upgrades import Pending

NOTHING = {"login": 0, "sshd": 0, "su": 0, "sudo": 0}


@pytest.mark.parametrize(
    ("identifier", "message", "times"),
    [
        ("sshd", "Failed password for alice from 10.0.0.7 port 4711 ssh2", 1),
        ("sshd-session", "Failed password for invalid user admin from 10.0.0.7 port 4711 ssh2", 1),
        ("sshd", "Connection closed by authenticating user alice 10.0.0.7 port 4711 [preauth]", 1),
        ("sshd-session", "Connection reset by authenticating user alice 10.0.0.7 port 4711 [preauth]", 1),
        ("sshd-session", "Connection closed by invalid user admin 10.0.0.7 port 4711 [preauth]", 1),
        ("sshd-session", "Connection closed by invalid user rigwright-none2 10.0.0.7 port 1 [preauth]", 1),
        ("sshd", "Disconnected from authenticating user root 10.0.0.7 port 4711 [preauth]", 1),
        (
            "sshd",
            "Disconnecting authenticating user root 10.0.0.7 port 1: Too many authentication failures",
            1,
        ),
        ("login", "FAILED LOGIN (1) on '/dev/tty1' FOR 'alice', Authentication failure", 1),
        ("login", "FAILED LOGIN 2 FROM tty1 FOR alice, Authentication failure", 1),
        ("login", "TOO MANY LOGIN TRIES (3) on '/dev/tty1' FOR 'UNKNOWN'", 1),
        ("su", "FAILED SU (to root) alice on pts/0", 1),
        ("sudo", "   alice : 3 incorrect password attempts ; TTY=pts/0 ; USER=root ; COMMAND=/bin/sh", 3),
        ("sudo", "   alice : 1 incorrect password attempt ; PWD=/ ; USER=root ; COMMAND=/bin/sh", 1),
        ("sudo", "     bob : command not allowed ; PWD=/ ; USER=root ; COMMAND=/bin/sh", 1),
        ("sudo", "     bob : user NOT in sudoers ; PWD=/ ; USER=root ; COMMAND=/bin/sh", 1),
    ],
)
def test_a_failed_login_counts(identifier: str, message: str, times: int) -> None:
    assert failures(identifier, message) == times


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("sshd", "Accepted publickey for alice from 10.0.0.7 port 4711 ssh2: ED25519 SHA256:x"),
        ("sshd", "Disconnected from user alice 10.0.0.7 port 4711"),  # who was logged in
        ("sshd", "Connection closed by 10.0.0.7 port 4711 [preauth]"),  # who named no user
        ("sshd", "Connection closed by invalid user rigwright-none 127.0.0.1 port 4711 [preauth]"),
        ("sshd", "Invalid user Failed password for from 10.0.0.7 port 4711"),
        ("sshd", "Invalid user admin from 10.0.0.7 port 4711"),  # its end is logged as well
        ("su", "(to root) alice on pts/0"),
        ("sudo", "   alice : PWD=/ ; USER=root ; COMMAND=/bin/echo alice : 3 incorrect password attempts "),
        ("cron", "Failed password for alice from 10.0.0.7 port 4711 ssh2"),
    ],
)
def test_what_is_no_failed_login_does_not_count(identifier: str, message: str) -> None:
    assert failures(identifier, message) == 0


def entry(cursor: str, message: object, identifier: str = "sshd") -> dict[str, Any]:
    return {"__CURSOR": cursor, "SYSLOG_IDENTIFIER": identifier, "MESSAGE": message}


FAILURE = "Connection closed by invalid user admin 10.0.0.7 port 4711 [preauth]"


def test_each_line_counts_once_though_the_journal_gives_the_last_one_again() -> None:
    first = counted(Tally("s=0;", NOTHING), [entry("s=1;", FAILURE), entry("s=2;", FAILURE)])
    assert first == Tally("s=2;", {**NOTHING, "sshd": 2})
    assert counted(first, [entry("s=2;", FAILURE)]) == first
    assert counted(first, []) == first
    again = counted(first, [entry("s=2;", FAILURE), entry("s=3;", "Accepted"), entry("s=4;", FAILURE)])
    assert again == Tally("s=4;", {**NOTHING, "sshd": 3})


def test_the_first_line_counts_where_the_cursors_own_line_is_of_another_program() -> None:
    assert counted(Tally("s=0;", NOTHING), [entry("s=1;", FAILURE)]).failed["sshd"] == 1


def test_a_line_that_is_no_utf8_counts_as_any_other() -> None:
    assert text(list(FAILURE.encode() + b"\xff")) == FAILURE + "\ufffd"
    assert text(None) == ""
    found = counted(Tally("s=0;", NOTHING), [entry("s=1;", list(FAILURE.encode())), entry("s=2;", None)])
    assert found == Tally("s=2;", {**NOTHING, "sshd": 1})


TALLY = Tally("s=0a;i=1;b=c;m=d;t=e;x=f", {**NOTHING, "sshd": 3})


WAITING = Pending("1 2", {"security": 1, "other": 0}, {"security": 1_799_000_000, "other": 1_800_000_000})


def exposed(tally: Tally, reboot: Verdict = Verdict.OK, waiting: Pending = WAITING) -> str:
    return page(Snapshot(tally, reboot, waiting, 1_799_999_000, 1_790_000_000, 1_800_000_000.4))


def test_the_file_is_its_own_memory() -> None:
    kept: Any = memory(exposed(TALLY))
    assert remembered(kept) == TALLY
    assert upgrades.remembered(kept["upgrades"]) == WAITING


@pytest.mark.parametrize(
    "content",
    [
        "",
        "# HELP x\n",
        "# []\n",
        '# {"cursor": 1, "failed": {}}\n',
        '# {"cursor": "--since=2000", "failed": {"sshd": 1}}\n',
        '# {"cursor": "s=0;i=1", "failed": {"sshd": "many"}}\n',
        '# {"cursor": "s=0;i=1", "failed": {"other": 1}}\n',
    ],
)
def test_a_file_of_another_program_begins_the_count_anew(content: str) -> None:
    assert remembered(memory(content)) is None


def test_prometheus_reads_figures_and_no_names() -> None:
    shown = [line for line in exposed(TALLY).splitlines() if not line.startswith("#")]
    assert shown == [
        "rigwright_access_reviewed_timestamp_seconds 1790000000",
        'rigwright_failed_logins_total{service="login"} 0',
        'rigwright_failed_logins_total{service="sshd"} 3',
        'rigwright_failed_logins_total{service="su"} 0',
        'rigwright_failed_logins_total{service="sudo"} 0',
        "rigwright_host_metrics_timestamp_seconds 1800000000",
        "rigwright_package_lists_timestamp_seconds 1799999000",
        "rigwright_reboot_required 0",
        'rigwright_upgrades_clear_timestamp_seconds{kind="security"} 1799000000',
        'rigwright_upgrades_clear_timestamp_seconds{kind="other"} 1800000000',
        'rigwright_upgrades_pending{kind="security"} 1',
        'rigwright_upgrades_pending{kind="other"} 0',
    ]
    assert json.loads(exposed(TALLY).splitlines()[0][2:]).keys() == {"cursor", "failed", "upgrades"}


def test_a_needed_reboot_is_one_and_an_unknown_one_is_nothing() -> None:
    assert "rigwright_reboot_required 1\n" in exposed(TALLY, Verdict.WARNING)
    assert "rigwright_reboot_required" not in exposed(TALLY, Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("content", "at"),
    [("1790000000 me@laptop\n", 1_790_000_000), ("", 0), ("yesterday me@laptop\n", 0), ("-5 me\n", 0)],
)
def test_a_review_without_a_date_was_never_made(content: str, at: int) -> None:
    assert reviewed_at(content) == at


SIMULATED = """
Inst libc6 [2.41-12] (2.41-12+deb13u1 Debian-Security:13/stable-security [amd64])
Inst libssl3 [3.0.2-1] (3.0.2-2 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [amd64]) []
Inst bash [5.2.15-2] (5.2.15-3 Debian:13.2/stable [amd64])
Inst docker-ce [5:28.0] (5:29.1 Docker CE:trixie [amd64])
Inst security-tool [1] (2 Debian:13.2/stable [all])
Inst linux-image-6.12.57+deb13-amd64 (6.12.57-1 Debian-Security:13/stable-security [amd64])
Conf libc6 (2.41-12+deb13u1 Debian-Security:13/stable-security [amd64])
"""


def test_what_is_new_is_no_upgrade_and_a_suite_names_what_is_for_security() -> None:
    assert upgrades.counted(SIMULATED) == {"security": 2, "other": 3}
    assert upgrades.counted("") == {"security": 0, "other": 0}


def test_what_waits_is_exposed_with_the_last_moment_at_which_nothing_did() -> None:
    first = upgrades.pending(Pending(), "a", {"security": 2, "other": 1}, 1000)
    assert first.clear == {"security": 1000, "other": 1000}
    later = upgrades.pending(first, "b", {"security": 0, "other": 1}, 2000)
    assert later == Pending("b", {"security": 0, "other": 1}, {"security": 2000, "other": 1000})
    again = upgrades.pending(later, "c", {"security": 1, "other": 1}, 3000)
    assert again.clear == {"security": 2000, "other": 1000}


def test_an_apt_that_fails_exposes_no_zero_and_forgets_nothing() -> None:
    silent = upgrades.pending(WAITING, "", {}, 2_000_000_000)
    assert silent == Pending("", {}, WAITING.clear)
    shown = exposed(TALLY, waiting=silent)
    assert "rigwright_upgrades_pending{" not in shown
    kept: Any = memory(shown)
    assert upgrades.remembered(kept["upgrades"]) == silent


@pytest.mark.parametrize(
    "kept", [None, [], {"of": 1, "counts": {}, "clear": {}}, {"of": "a", "counts": {"x": 1}, "clear": {}}]
)
def test_upgrades_of_another_format_are_forgotten(kept: object) -> None:
    assert upgrades.remembered(kept) == Pending()
