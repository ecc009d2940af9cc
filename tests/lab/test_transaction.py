"""A change of a host is whole or not at all, whatever happens to it."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import threading
import time

import pytest

from rigwright.desired import Desired, File, RuntimeState
from rigwright.finding import By
from rigwright.remote import commands
from tests.support.target import Target
from tests.support.toy import SECRET, toy
from tests.support.waiting import wait_until

pytestmark = pytest.mark.core

EVERYTHING = (
    "cat /run/toy; cat /etc/toy/conf.d/*.conf; readlink /etc/toy/current; ls -A /etc/toy/conf.d /etc/toy"
)


@pytest.fixture
def host(bare13: Target) -> Target:
    """A host on which version A of the toy serves."""
    bare13.verb("recover", "toy")
    done = bare13.apply(toy("A"))
    assert done.code == 0, done
    assert serving(bare13) == "A"
    return bare13


def serving(host: Target) -> str:
    """The version that the running toy has in memory, wholly; fails when versions are mixed."""
    words = host.sh("systemctl is-active toy >/dev/null && cat /run/toy").split()
    versions = {words[words.index(word) + 1] for word in ("first", "second")}
    assert len(versions) == 1, f"mixed: {words}"
    return versions.pop()


def left_over(host: Target) -> str:
    """Names that only a running transaction may have."""
    return host.sh(
        "find /etc /usr/local -name '*.rig-*'; ls /var/lib/rigwright/transactions 2>/dev/null || :"
    )


def test_a_change_reverts_an_interrupted_change_of_another_subsystem_and_is_recorded_as_its_own(
    host: Target,
) -> None:
    host.sh(
        "mkdir -p /var/lib/rigwright/transactions/other && cd /var/lib/rigwright/transactions/other\n"
        "echo hers >/etc/other; echo ours >/etc/.other.rig-old\n"
        "mkdir payload; echo no >payload/daemon-reload; : >payload/units; : >units.before\n"
        "printf 'had\\t-\\t-\\t/etc/other\\n' >before; echo armed >state"
    )
    assert host.apply(toy("B")).code == 0
    assert host.sh("cat /etc/other; rm /etc/other") == "ours"
    assert left_over(host) == ""
    assert host.sh("ls /var/lib/rigwright/manifests | grep other || :") == ""
    assert host.drift(toy("B")) == []


def test_an_applied_host_is_in_sync_and_the_second_apply_finds_nothing(host: Target) -> None:
    assert host.drift(toy("A")) == []
    assert left_over(host) == ""


def test_a_new_version_replaces_all_files_and_removes_dropped_ones(host: Target) -> None:
    assert host.apply(toy("B")).code == 0
    assert serving(host) == "B"
    assert host.sh("ls /etc/toy/conf.d").split() == ["1.conf", "2.conf", "only-B.conf"]
    assert host.sh("stat -c '%a %U' /etc/toy/conf.d/only-B.conf /etc/toy/key").split() == [
        "640",
        "daemon",
        "600",
        "root",
    ]
    assert host.drift(toy("B")) == []


def refused(host: Target, desired: Desired, code: int, *words: str) -> None:
    """The change fails with this code and these messages, and version A still serves, from A's files."""
    before = host.sh(EVERYTHING)
    done = host.apply(desired)
    assert done.code == code, done
    for word in words:
        assert word in done.stdout + done.stderr
    assert host.sh(EVERYTHING) == before
    assert serving(host) == "A"
    assert left_over(host) == ""
    assert host.drift(desired), "a refused change stays a difference"
    assert host.drift(toy("A")) == []


def test_a_fault_in_an_included_staged_file_is_refused_before_anything_changes(host: Target) -> None:
    refused(host, toy("B", extra="bad"), 22, "the toy refused the new files", "bad", "nothing was changed")


def test_a_reload_that_fails_puts_the_old_files_back(host: Target) -> None:
    refused(host, toy("B", extra="refuse-reload"), 23, "toy.service did not take the new files")


def test_a_failed_probe_puts_the_old_files_back(host: Target) -> None:
    refused(host, toy("B", content="never"), 24, "probe failed: the toy")


def test_a_version_that_the_files_were_not_made_for_is_refused(host: Target) -> None:
    wrong = Desired(**{**toy("B").__dict__, "versions": (("dash", "9.9"),)})
    refused(host, wrong, 21, "dash is 0.5", "rendered for 9.9")


def test_a_first_step_that_fails_is_refused(host: Target) -> None:
    step = toy("B").steps[0].__class__("pepper", "exit 0", "echo no pepper; exit 1")
    refused(
        host, Desired(**{**toy("B").__dict__, "steps": (step,)}), 27, "could not make the pepper", "no pepper"
    )


def test_a_truncated_payload_is_refused(host: Target) -> None:
    payload = host.payload(toy("B"))
    cut = payload.__class__(payload.text[: len(payload.text) // 2], payload.sha256)
    done = host.send(toy("B"), cut)
    assert done.code == 20
    assert (serving(host), left_over(host)) == ("A", "")


def test_a_full_disk_changes_nothing(host: Target) -> None:
    """The state directory on a small file system, filled to a different last byte each time."""
    payload = host.payload(toy("B"))
    host.sh(
        "mkdir -p /tmp/full && cp -a /var/lib/rigwright/. /tmp/full"
        " && mount -t tmpfs -o size=2m tmpfs /var/lib/rigwright && cp -a /tmp/full/. /var/lib/rigwright"
        " && chmod 700 /var/lib/rigwright"
    )
    try:
        for left in range(0, 120, 8):
            host.sh(
                "cd /var/lib/rigwright; rm -f fill; dd if=/dev/zero of=fill bs=1k count=2048 status=none;"
                f" truncate -s -{left}k fill",
                check=False,
            )
            done = host.send(toy("B"), payload)
            if done.code == 0:
                break
            assert done.code == 20, (left, done)
            assert (serving(host), left_over(host)) == ("A", ""), left
        else:
            pytest.fail("it never had room enough")
        assert serving(host) == "B"
    finally:
        host.sh("umount /var/lib/rigwright; rm -rf /tmp/full")
        host.sh("rm -f /var/lib/rigwright/manifests/toy.*; rm -rf /etc/toy")


def test_a_full_disk_below_etc_changes_nothing(host: Target) -> None:
    payload = host.payload(toy("B"))
    host.sh(
        "cp -a /etc/toy /tmp/toy && mount -t tmpfs -o size=64k tmpfs /etc/toy && cp -a /tmp/toy/. /etc/toy"
        " && dd if=/dev/zero of=/etc/toy/fill bs=1k count=64 status=none || :"
    )
    try:
        done = host.send(toy("B"), payload)
        assert done.code in (20, 22), done
        assert serving(host) == "A"
        assert host.sh("cat /etc/toy/conf.d/*.conf").split() == ["first", "A", "second", "A"]
        # Nothing on the small file system is lost, and a stale manifest is reported until there is room.
        behind = {(one.kind, one.where) for one in host.drift(toy("B"))}
        assert ("file.content", "/etc/toy/conf.d/1.conf") in behind
        assert ("file.missing", "/etc/toy/conf.d/only-B.conf") in behind
        host.sh("rm /etc/toy/fill")
        assert host.apply(toy("B")).code == 0
        assert (serving(host), left_over(host)) == ("B", "")
        assert host.drift(toy("B")) == []
    finally:
        host.sh("umount /etc/toy; rm -rf /tmp/toy")


def test_a_broken_connection_does_not_stop_the_change(host: Target) -> None:
    payload = host.payload(toy("B"))
    slow = commands.TRANSACTION.replace("arm || give_up", "sleep 20\n    arm || give_up")
    argv = commands.transaction("apply", "toy", payload.sha256, by="a test")
    argv = [slow if part == commands.TRANSACTION else part for part in argv]
    client = subprocess.Popen(
        [
            *host.host.ssh(),
            "sudo",
            "-n",
            *(f"'{part.replace(chr(39), chr(39) + chr(92) + chr(39) * 2)}'" for part in argv),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert client.stdin
    client.stdin.write(payload.text.encode())
    client.stdin.close()
    wait_until(lambda: host.sh("ls /var/lib/rigwright/transactions") == "toy")
    assert serving(host) == "A"
    client.kill()
    host.sh("pkill -KILL -f 'sshd.*operat[o]r' || :")
    host.reconnect()
    wait_until(lambda: serving(host) == "B")
    wait_until(lambda: left_over(host) == "")
    assert host.drift(toy("B")) == []


def test_a_second_run_waits_for_the_first_and_one_that_cannot_wait_says_who_holds_the_lock(
    host: Target,
) -> None:
    host.sh(
        "rm -f /run/over; systemd-run --unit=rigwright-transaction"
        " --description='rigwright: apply toy by ada@desk' sh -c 'until [ -e /run/over ]; do sleep 0.2; done'"
    )
    payload = host.payload(toy("B"))
    argv = commands.transaction("apply", "toy", payload.sha256, by="bob", wait_seconds=1)
    done = host.connection.root(argv, payload.text)
    assert done.code == 75
    assert "locked by rigwright: apply toy by ada@desk" in done.stderr
    assert serving(host) == "A"
    # A waiting run checks once a second.
    over = threading.Timer(10, host.sh, ["touch /run/over"])
    over.start()
    patient = host.send(toy("B"), payload)
    over.join()
    assert patient.code == 0
    assert "waiting for rigwright: apply toy by ada@desk" in patient.stderr
    assert serving(host) == "B"


def test_an_unmanaged_file_is_saved_when_it_is_replaced(host: Target) -> None:
    host.sh("echo mine >/etc/toy/conf.d/1.conf; echo evil >/etc/toy/conf.d/evil.conf")
    findings = {(finding.kind, finding.where, finding.by) for finding in host.drift(toy("A"))}
    assert findings == {
        ("file.content", "/etc/toy/conf.d/1.conf", By.HOST),
        ("file.unmanaged", "/etc/toy/conf.d/evil.conf", By.HOST),
    }
    done = host.apply(toy("A"))
    assert done.code == 0
    assert host.drift(toy("A")) == []
    saved = host.sh("ls -d /var/lib/rigwright/saved/*-toy | tail -n 1")
    assert host.sh(f"cat {saved}/etc/toy/conf.d/1.conf {saved}/etc/toy/conf.d/evil.conf").split() == [
        "mine",
        "evil",
    ]
    assert host.sh("ls /etc/toy/conf.d").split() == ["1.conf", "2.conf", "only-A.conf"]


def test_a_secret_leaves_no_trace_but_its_file(host: Target) -> None:
    host.apply(toy("B"))
    canary = SECRET.decode()
    paths = host.sh(f"grep -rl {canary} /etc /var /run /tmp /root /home 2>/dev/null || :").split()
    assert paths == ["/etc/toy/key"]
    assert host.sh(f"journalctl --no-pager | grep -c {canary} || :") == "0"
    manifest = json.loads(host.sh("cat /var/lib/rigwright/manifests/toy.json"))
    assert "sha256" not in manifest["paths"]["/etc/toy/key"]
    assert host.sh("stat -c %a /var/lib/rigwright /var/lib/rigwright/manifests/toy.secrets").split() == [
        "700",
        "600",
    ]


def test_a_secret_that_was_changed_on_the_host_is_found_without_being_shown(host: Target) -> None:
    host.sh("echo other >>/etc/toy/key")
    (finding,) = host.drift(toy("A"))
    assert (finding.where, finding.by, finding.diff) == ("/etc/toy/key", By.HOST, ())


def test_an_unconfirmed_change_reverts_itself(host: Target) -> None:
    payload = host.payload(dataclasses.replace(toy("B"), confirm_seconds=15))
    assert host.send(toy("B"), payload).code == 0
    assert serving(host) == "B"
    assert host.drift(toy("B")), "an unconfirmed change is no state to rest in"
    wait_until(lambda: serving(host) == "A")
    wait_until(lambda: left_over(host) == "")
    assert host.drift(toy("A")) == []


def test_a_confirmed_change_stays(host: Target) -> None:
    wanted = dataclasses.replace(toy("B"), confirm_seconds=15)
    payload = host.payload(wanted)
    assert host.send(wanted, payload).code == 0
    host.reconnect()
    assert host.verb("confirm", "toy").code == 0
    time.sleep(16)
    assert serving(host) == "B"
    assert host.drift(wanted) == []
    assert host.verb("confirm", "toy").code == 28
    assert host.verb("conclude", "toy", payload.sha256).code == 0


def test_an_unconfirmed_change_is_concluded_by_reverting_it(host: Target) -> None:
    payload = host.payload(dataclasses.replace(toy("B"), confirm_seconds=60))
    assert host.send(toy("B"), payload).code == 0
    done = host.verb("conclude", "toy", payload.sha256)
    assert (done.code, "no new connection could confirm toy" in done.stdout) == (29, True)
    assert (serving(host), left_over(host)) == ("A", "")
    assert host.verb("conclude", "toy", payload.sha256).code == 29


LEVEL = RuntimeState(
    "levels",
    """low=$(cat /run/toy-low) && printf '{"low": "%s", "high": %s}' "$low" "$(cat /run/toy-high)" """,
    (("low", "1"), ("high", "9")),
    exact=True,
    remediation="echo 1 >/run/toy-low; echo 9 >/run/toy-high",
)


def test_runtime_state_is_read_named_and_fixed(host: Target) -> None:
    wanted = dataclasses.replace(toy("A"), runtime_states=(LEVEL,))
    (unread,) = host.drift(wanted)
    assert (unread.kind, unread.where) == ("runtime_state.unreadable", "levels")
    assert host.apply(wanted).code == 0
    assert host.drift(wanted) == []
    host.sh("echo 2 >/run/toy-low")
    (finding,) = host.drift(wanted)
    assert (finding.kind, finding.where) == ("runtime_state.value", "levels: low")
    assert (finding.expected, finding.actual) == ("1", "2")
    assert host.apply(wanted).code == 0
    assert host.drift(wanted) == []
    assert host.sh("cat /run/toy-low") == "1"


def test_a_start_of_the_unit_replaces_the_remediation(host: Target) -> None:
    """The toy reads its files when it starts: only while it runs is there anything to fix."""
    loaded = RuntimeState(
        "loaded files",
        """test -e /run/toy-loaded && printf '{"version": "now"}' || printf '{"version": "before"}'""",
        (("version", "now"),),
        remediation="echo fixed >>/run/toy-fixes; touch /run/toy-loaded",
        satisfied_by_restart_of="toy.service",
    )
    wanted = dataclasses.replace(toy("A"), runtime_states=(loaded,))
    host.sh("rm -f /run/toy-fixes /run/toy-loaded; systemctl stop toy")
    assert host.apply(wanted).code == 0
    assert host.sh("systemctl is-active toy; cat /run/toy-fixes 2>/dev/null || :") == "active"
    assert host.apply(wanted).code == 0
    assert host.sh("cat /run/toy-fixes") == "fixed"
    assert host.drift(wanted) == []


def test_a_failed_remediation_reverts_the_change(host: Target) -> None:
    broken = dataclasses.replace(
        LEVEL, remediation="echo no such level >&2; exit 1", expected=(("low", "3"),)
    )
    done = host.apply(dataclasses.replace(toy("B"), runtime_states=(broken,)))
    assert done.code == 23
    assert "could not make the levels" in done.stdout
    assert "no such level" in done.stdout
    assert serving(host) == "A"
    assert left_over(host) == ""


def test_state_that_files_need_is_set_before_them(host: Target) -> None:
    user = RuntimeState(
        "users",
        """id toyuser >/dev/null && printf '{"toyuser": "there"}' || printf '{}'""",
        (("toyuser", "there"),),
        remediation="useradd --system toyuser",
        when="before_check",
    )
    file = File("/etc/toy/theirs", b"x\n", owner="toyuser")
    plain = toy("A")
    wanted = dataclasses.replace(plain, runtime_states=(user,), files=(*plain.files, file))
    assert host.apply(wanted).code == 0
    assert host.sh("stat -c %U /etc/toy/theirs") == "toyuser"
    assert host.drift(wanted) == []
