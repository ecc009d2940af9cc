"""Hosts unlike a new installation: a change still happens wholly or not at all, and drift is complete."""

from __future__ import annotations

import threading

import pytest

from rigwright.remote import commands
from tests.support.target import Target
from tests.support.toy import toy
from tests.support.waiting import wait_until

pytestmark = pytest.mark.core

FOLDER = "/etc/toy/conf.d"


@pytest.fixture
def host(bare13: Target) -> Target:
    """A host on which version A of the toy serves."""
    bare13.verb("recover", "toy")
    assert bare13.apply(toy("A")).code == 0
    return bare13


def test_a_lost_reload_is_a_difference_and_apply_fixes_it(host: Target) -> None:
    host.sh("echo second B >/run/toy")
    (finding,) = host.drift(toy("A"))
    assert (finding.kind, finding.where) == ("probe.failed", "the toy")
    assert host.apply(toy("A")).code == 0
    assert host.drift(toy("A")) == []
    assert "second A" in host.sh("cat /run/toy")


@pytest.mark.parametrize("record", ["", "{", "[1]", '{"paths": {}}'])
def test_a_damaged_manifest_is_a_difference_and_apply_fixes_it(host: Target, record: str) -> None:
    host.sh(f"printf %s '{record}' >/var/lib/rigwright/manifests/toy.json")
    assert [finding.kind for finding in host.drift(toy("A"))] == ["manifest.stale"]
    assert host.apply(toy("A")).code == 0
    assert host.drift(toy("A")) == []


def test_an_unmanaged_file_is_saved_whatever_its_name(host: Target) -> None:
    host.sh(f"cd {FOLDER}; for name in 'end ' ' start' 'a b' 'ü'; do echo mine >\"$name\"; done")
    assert host.apply(toy("A")).code == 0
    saved = host.sh(
        f"cd /var/lib/rigwright/saved/; cd $(ls | tail -n 1)/{FOLDER} && ls -1Q --hide-control-chars"
    )
    assert len(saved.splitlines()) == 4
    assert host.sh(f"ls {FOLDER}").split() == ["1.conf", "2.conf", "only-A.conf"]


@pytest.mark.parametrize("name", ["2.conf\\nx", "\\377"], ids=["line-end", "no-utf-8"])
def test_a_name_that_no_table_can_hold_harms_no_other_file(host: Target, name: str) -> None:
    host.sh(f"touch \"{FOLDER}/$(printf '{name}')\"")
    (finding,) = host.drift(toy("A"))
    assert (finding.kind, finding.refused) == ("file.unmanaged", True)
    assert host.apply(toy("A")).code == 0
    assert {"1.conf", "2.conf", "only-A.conf"} < set(host.sh(f"ls {FOLDER}").split())
    assert host.drift(toy("A")), "it is still there"
    host.sh(f"rm \"{FOLDER}/$(printf '{name}')\"")


def test_a_link_in_the_place_of_a_directory_is_refused_and_where_it_leads_is_left_alone(host: Target) -> None:
    host.sh(f"cp -a {FOLDER} /srv/else && chmod 0700 /srv/else && chown daemon /srv/else")
    host.sh(f"mv {FOLDER} /srv/kept && ln -s /srv/else {FOLDER}")
    try:
        done = host.apply(toy("A"))
        assert (done.code, f"{FOLDER} is a link and not a directory" in done.stdout) == (22, True)
        assert host.sh("stat -c '%a %U' /srv/else") == "700 daemon"
    finally:
        host.sh(f"rm {FOLDER} && mv /srv/kept {FOLDER} && rm -r /srv/else")


def test_the_checks_see_mounts_below_a_directory_that_changes(host: Target) -> None:
    """A separate /var/log, for example, and a file system in the midst of the files themselves."""
    mounts = ("/etc/toy-log", FOLDER)
    host.sh(f"mkdir -p {mounts[0]}; cp -a {FOLDER} /tmp/conf.d; : >/tmp/one; : >/etc/toy-one")
    for mount in mounts:
        host.sh(f"mount -t tmpfs -o mode=0755 tmpfs {mount}")
    host.sh(f"mount --bind /tmp/one /etc/toy-one; cp -a /tmp/conf.d/. {FOLDER}; touch {mounts[0]}/here")
    check = f"test -e {mounts[0]}/here && test $(stat -c %a /etc) = 755 && grep -q B {FOLDER}/2.conf"
    changed = toy("B")
    changed = changed.__class__(
        **{**vars(changed), "checks": (changed.checks[0].__class__("mounts", check),)}
    )
    try:
        assert host.apply(toy("B", extra="bad")).code == 22
        assert "bad" not in host.sh(f"cat {FOLDER}/2.conf")
        done = host.apply(changed)
        assert done.code == 0, done
        assert host.drift(changed) == []
    finally:
        host.sh(f"umount {FOLDER} {mounts[0]} /etc/toy-one; rm -r /etc/toy-one {mounts[0]} /tmp/conf.d")
        host.verb("recover", "toy")
        host.apply(toy("A"))


def test_a_run_that_an_operator_stops_is_reverted_at_once(host: Target) -> None:
    payload = host.payload(toy("B"))
    slow = commands.TRANSACTION.replace("    activate || {", "    sleep 90; activate || {")
    sending = threading.Thread(target=lambda: host.send(toy("B"), payload, script=slow))
    sending.start()
    wait_until(lambda: "second B" in host.sh(f"cat {FOLDER}/2.conf"))
    host.sh("systemctl stop rigwright-transaction.service")
    sending.join()
    assert host.drift(toy("A")) == []
