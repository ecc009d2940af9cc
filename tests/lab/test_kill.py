"""A run killed at any line leaves the old or the new version, whole, and the next run recovers the rest."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time

import pytest

from rigwright.apply.payload import Payload
from rigwright.errors import RigError
from rigwright.remote import commands, toolkit
from tests.lab.test_transaction import left_over, serving
from tests.support.target import Target
from tests.support.toy import toy
from tests.support.waiting import wait_until

pytestmark = pytest.mark.core

KILL = '[ "${verb:-}" != apply ] || kill -KILL $$\n'
SCRIPT = "/run/killed.sh"


def killed_at(line: int) -> str | None:
    """The transaction with a kill before this line; None where no command can stand there."""
    lines = commands.TRANSACTION.splitlines(keepends=True)
    if lines[line - 1].rstrip().endswith(("\\", "||", "&&", "|")):
        return None
    text = "".join([*lines[:line], KILL, *lines[line:]])
    checked = subprocess.run(["sh", "-n"], input=text, text=True, capture_output=True, check=False)
    return text if checked.returncode == 0 else None


LINES = [line for line in range(1, commands.TRANSACTION.count("\n")) if killed_at(line)]


def confirmed(line: int) -> bool:
    """Whether a change that is killed behind this line is kept: its state is confirmed by then."""
    last = range(line_of("set_state confirmed ||"), line_of('say "confirmed $subsystem"') + 1)
    return line in last or line_of("finish() {") <= line < line_of("recover_one() {")


def line_of(text: str) -> int:
    """The line on which this stands for the first time."""
    return commands.TRANSACTION[: commands.TRANSACTION.index(text)].count("\n") + 1


def other(version: str) -> str:
    return "B" if version == "A" else "A"


@pytest.fixture
def host(bare13: Target) -> Target:
    bare13.verb("recover", "toy")
    assert bare13.apply(toy("A")).code == 0
    return bare13


def recover(host: Target, wanted: str) -> None:
    """The next run applies the version, and leaves nothing of the killed one."""
    assert host.verb("recover", "toy").code == 0
    done = host.apply(toy(wanted))
    assert done.code == 0, done
    assert serving(host) == wanted
    assert host.drift(toy(wanted)) == []
    assert left_over(host) == ""


def test_there_are_enough_lines_to_die_at() -> None:
    assert len(LINES) > 100


def test_a_power_cut_at_any_line(host: Target, *, exhaustive: bool) -> None:
    """Nothing cleans up behind it: the script runs outside systemd."""
    current, died = "A", 0
    for line in LINES if exhaustive else LINES[::3]:
        wanted = other(current)
        payload = host.payload(toy(wanted))
        host.host.run(f"cat >{SCRIPT}", (killed_at(line) or "").encode())
        done = host.host.run(f"sh {SCRIPT} apply toy {payload.sha256}", payload.text.encode(), check=False)
        if done.returncode == 0:  # this line is not on the way
            current = wanted
            assert (serving(host), host.drift(toy(wanted))) == (wanted, []), line
            continue
        died += 1
        assert done.returncode == 137, (line, done)
        serves = serving(host)
        if not host.drift(toy(wanted)):
            assert (serves, left_over(host)) == (wanted, ""), f"in sync although it died at line {line}"
        recover(host, wanted)
        current = wanted
    assert died > 20


def test_a_killed_run_is_recovered_at_once_by_systemd(host: Target, *, exhaustive: bool) -> None:
    """The way back runs as ExecStopPost, as soon as the killed unit stops: the old version serves again."""
    current = "A"
    for line in LINES if exhaustive else LINES[1::10]:
        wanted = other(current)
        payload = host.payload(toy(wanted))
        done = host.send(toy(wanted), payload, script=killed_at(line) or "")
        kept = done.code == 0 or confirmed(line) or "confirmed toy" in done.stdout
        expected = wanted if kept else current
        # What a reload sends is a signal, which the toy has obeyed a moment later.
        deadline = time.monotonic() + 20
        while (serves := serving(host)) != expected and time.monotonic() < deadline:
            time.sleep(0.1)
        assert serves == expected, (line, done)
        assert left_over(host) == "", line
        assert host.drift(toy(serves)) == [], line
        current = serves
    recover(host, "A")


def test_a_run_killed_while_it_reverts_a_change_is_recovered_too(host: Target, *, exhaustive: bool) -> None:
    first = commands.TRANSACTION[: commands.TRANSACTION.index("put_back()")].count("\n")
    last = commands.TRANSACTION[: commands.TRANSACTION.index("finish()")].count("\n")
    lines = [line for line in LINES if first < line < last]
    payload = host.payload(toy("B", extra="refuse-reload"))
    for line in lines if exhaustive else lines[::3]:
        host.host.run(f"cat >{SCRIPT}", (killed_at(line) or "").encode())
        done = host.host.run(f"sh {SCRIPT} apply toy {payload.sha256}", payload.text.encode(), check=False)
        assert done.returncode != 0
        assert serving(host) == "A"
        assert host.verb("recover", "toy").code == 0
        assert (serving(host), left_over(host)) == ("A", "")
        assert host.drift(toy("A")) == []


def test_the_next_boot_reverts_what_a_power_cut_left(host: Target) -> None:
    """The recovery unit of the toolkit does it before any service starts."""
    host.install(toolkit.desired())
    assert host.apply(toolkit.desired()).code == 0
    line = commands.TRANSACTION[: commands.TRANSACTION.index("    activate || {")].count("\n")
    payload = host.payload(toy("B"))
    host.host.run(f"cat >{SCRIPT}", (killed_at(line) or "").encode())
    host.host.run(f"sh {SCRIPT} apply toy {payload.sha256}", payload.text.encode(), check=False)
    assert host.sh("cat /etc/toy/conf.d/1.conf") == "first B", "it died behind the swap"
    host.host.power_cycle()
    host.reconnect()
    assert (serving(host), left_over(host)) == ("A", "")
    assert host.drift(toy("A")) == []
    assert host.drift(toy("B"))


def test_a_reboot_in_the_middle_of_a_change_brings_back_the_old_version(host: Target) -> None:
    """In good order: systemd stops the running change with everything else."""
    host.install(toolkit.desired())
    assert host.apply(toolkit.desired()).code == 0
    payload = host.payload(toy("B"))
    slow = commands.TRANSACTION.replace("    activate || {", "    sleep 60\n    activate || {")
    assert slow != commands.TRANSACTION
    worker = threading.Thread(target=_ignoring_the_end, args=(host, payload, slow))
    worker.start()
    wait_until(lambda: host.sh("cat /etc/toy/conf.d/1.conf") == "first B")
    host.host.reboot()
    worker.join(timeout=30)
    host.reconnect()
    assert (serving(host), left_over(host)) == ("A", "")
    assert host.drift(toy("A")) == []
    assert host.drift(toy("B"))


def _ignoring_the_end(host: Target, payload: Payload, script: str) -> None:
    with contextlib.suppress(RigError, OSError):
        host.send(toy("B"), payload, script=script)
