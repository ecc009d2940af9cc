"""Whatever never ends is ended by a change, named, and undone; and the lock is free again."""

from __future__ import annotations

import dataclasses
import threading
import time

import pytest

from rigwright.desired import Check, Desired, RuntimeState, Step, Unit
from rigwright.remote.ssh import Done
from tests.support.target import Target
from tests.support.toy import toy
from tests.support.waiting import wait_until

pytestmark = pytest.mark.core

FOREVER = "sleep 4321"
EVERYTHING = "cat /etc/toy/conf.d/*.conf; readlink /etc/toy/current; systemctl is-active toy"


@pytest.fixture
def host(bare13: Target) -> Target:
    """A host on which version A of the toy serves."""
    bare13.sh("rm -f /etc/toy-salt")
    bare13.verb("recover", "toy")
    assert bare13.apply(toy("A")).code == 0
    return bare13


def ended(host: Target, desired: Desired, code: int) -> Done:
    """The change ends with this code, the old state is back, nothing runs on, and another may begin."""
    before = host.sh(EVERYTHING)
    done = host.apply(desired)
    assert done.code == code, done
    assert host.sh(EVERYTHING) == before
    assert host.sh(f"pgrep -fx '{FOREVER}' || :") == ""
    assert host.sh("ls /var/lib/rigwright/transactions || :") == ""
    assert host.apply(toy("A")).code == 0
    return done


def test_a_step_that_never_ends(host: Target) -> None:
    step = Step("pepper", "exit 0", FOREVER, timeout_seconds=1)
    done = ended(host, dataclasses.replace(toy("B"), steps=(step,)), 27)
    assert "could not make the pepper" in done.stdout
    assert "it took longer than 1 s, and was ended" in done.stdout
    assert "next: sudo systemctl status toy.service" in done.stdout


def test_a_step_that_never_ends_and_takes_no_signal_but_one(host: Target) -> None:
    step = Step("pepper", "exit 0", f"trap '' TERM; {FOREVER}; {FOREVER}", timeout_seconds=1)
    assert "longer than 1 s" in ended(host, dataclasses.replace(toy("B"), steps=(step,)), 27).stdout


def test_a_check_that_never_ends(host: Target) -> None:
    check = Check("the toy's check", FOREVER, timeout_seconds=1)
    done = ended(host, dataclasses.replace(toy("B"), checks=(check,)), 22)
    assert "the toy's check did not end" in done.stdout
    assert "longer than 1 s" in done.stdout


def test_a_remediation_that_never_ends(host: Target) -> None:
    state = RuntimeState(
        "mood", 'echo \'{"is": "bad"}\'', (("is", "good"),), remediation=FOREVER, timeout_seconds=1
    )
    done = ended(host, dataclasses.replace(toy("B"), runtime_states=(state,)), 23)
    assert "could not make the mood" in done.stdout
    assert "longer than 1 s" in done.stdout


def test_a_unit_that_never_reloads_is_named_and_recovered_later(host: Target) -> None:
    """Nor does it take its old files: that is said, and the next run puts the rest right."""
    drop_in = "/etc/systemd/system/toy.service.d"
    lines = f"[Service]\nExecReload=\nExecReload=/bin/{FOREVER}\nTimeoutStartSec=infinity\n"
    host.sh(f"mkdir -p {drop_in}; printf '{lines}' >{drop_in}/hang.conf; systemctl daemon-reload")
    host.sh("systemctl kill -s STOP toy")
    units = (Unit("toy.service", timeout_seconds=2),)
    done = host.apply(dataclasses.replace(toy("B"), units=units))
    assert done.code == 25, done
    assert "toy.service did not take the new files (reload)" in done.stdout
    assert "it took longer than 2 s, and was ended" in done.stdout
    assert "toy.service is stopped by a signal; next: sudo systemctl kill -s CONT toy.service" in done.stdout
    assert "toy.service did not take its old files" in done.stdout
    assert [one.kind for one in host.drift(toy("A"))][:1] == ["transaction.interrupted"]
    host.sh(f"rm -r {drop_in}; systemctl daemon-reload; systemctl kill -s KILL toy; sleep 1")
    host.sh("systemctl reset-failed toy", check=False)
    assert host.verb("recover", "toy").code == 0
    assert host.sh("cat /etc/toy/conf.d/1.conf") == "first A"
    assert host.apply(toy("A")).code == 0
    assert host.drift(toy("A")) == []


def test_a_query_that_never_ends_names_the_service_that_stands_still(host: Target) -> None:
    """At the limit of a minute, after which the other results come all the same."""
    state = RuntimeState("mood", FOREVER, (("is", "good"),))
    host.sh("systemctl kill -s STOP toy")
    found = host.drift(dataclasses.replace(toy("A"), runtime_states=(state,)))
    host.sh("systemctl kill -s CONT toy")
    (unreadable,) = [one for one in found if one.kind == "runtime_state.unreadable"]
    assert "no output within 60 s; toy.service is stopped by a signal" in unreadable.summary
    assert host.sh(f"pgrep -fx '{FOREVER}' || :") == ""


def test_who_waits_for_another_change_is_shown_and_waits_no_longer_than_that_takes(host: Target) -> None:
    payload = host.payload(toy("B"))
    holder = "systemd-run -q --collect --unit=rigwright-revert-other"
    host.sh(f"{holder} flock /var/lib/rigwright sleep 4")
    started = time.monotonic()
    done = host.send(toy("B"), payload)
    assert done.code == 0, done
    assert time.monotonic() - started > 2
    assert "waiting for rigwright-revert-other.service" in done.stdout


def test_a_run_that_waits_for_another_shows_who_runs_and_since_when(host: Target) -> None:
    slow = dataclasses.replace(toy("B"), steps=(Step("pepper", "exit 0", "sleep 5"),))
    first = threading.Thread(target=lambda: type(host)(host.host).apply(slow))
    payload = host.payload(toy("B"))
    first.start()
    wait_until(lambda: host.sh("systemctl is-active rigwright-transaction || :") == "active")
    done = host.send(toy("B"), payload)
    first.join()
    assert done.code == 0, done
    assert "rigwright: waiting for rigwright: apply toy by a test, since " in done.stderr
