"""Applications on a real host: what serves after restarts and kills, and what apply and drift leave alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from deploys.apps.paths import PROGRAM
from rigwright.settings.platform import Os
from tests.lab.drift_cases.apps import WITH_A_RELEASE as DRIFT
from tests.support.apps_target import RECORDS, SLOTS_FROM, AppsTarget, apps_target, inventory_of
from tests.support.breaks import batches
from tests.support.breaks.apps import WITH_A_RELEASE as BREAKS
from tests.support.broken import broken_and_put_right, failing
from tests.support.waiting import wait_until

HOST = "d-apps"
SLOTS = [(side, number) for side in "ab" for number in (1, 2, 3)]


@pytest.fixture(scope="module")
def target() -> Iterator[AppsTarget]:
    with apps_target(HOST, "debian13") as host:
        assert host.ready() == set()
        assert host.request()[0] == 503
        host.change()
        assert host.found() == set(), "a host without a release is in sync"
        go_live(host, "1")
        yield host


def go_live(target: AppsTarget, tag: str) -> None:
    """Release an image: a first one has its instances at side a."""
    digest = target.image(tag).partition("@")[2]
    target.sh(f"python3 -I {PROGRAM} release shop {digest} first test")
    served = {"release": digest.removeprefix("sha256:")[:12], "greeting": "one", "received": 0}
    wait_until(lambda: target.request() == (200, served))
    wait_until(lambda: target.ready() == {"a1", "a2"})


@pytest.fixture(autouse=True)
def _as_released(target: AppsTarget) -> None:
    target.change()
    assert target.found() == set()
    wait_until(lambda: target.ready() == {"a1", "a2"})


@pytest.mark.parametrize(
    "end", ["systemctl restart haproxy", "systemctl reload haproxy", "systemctl kill -s KILL haproxy"]
)
def test_haproxy_comes_up_with_the_recorded_slots(target: AppsTarget, end: str) -> None:
    before = target.containers()
    target.sh(end)
    wait_until(lambda: target.request()[0] == 200)
    wait_until(lambda: target.ready() == {"a1", "a2"})
    assert target.containers() == before


def test_it_comes_up_with_them_before_anything_reconciles(target: AppsTarget) -> None:
    """By the file that a release writes before it switches: HAProxy itself keeps no state over a restart."""
    target.sh("systemctl mask --runtime -q rigwright-apps; systemctl restart haproxy")
    assert target.ready() == {"a1", "a2"}
    target.sh("systemctl unmask --runtime -q rigwright-apps")


def test_apply_neither_deploys_nor_undoes(target: AppsTarget) -> None:
    before, states = target.containers(), target.states()
    target.change()
    target.change("two")
    assert target.containers() == before
    assert target.states() == states
    waiting = {("runtime_state.value", "releases: shop")}
    assert target.found("two") == waiting, "drift shows what waits for a release"
    target.change("two")
    assert target.found("two") == waiting, "and no apply changes that"
    target.change()


def test_another_slot_reloads_haproxy_and_keeps_what_serves(target: AppsTarget) -> None:
    before = target.containers()
    target.change(max_instances=3, slots_from=SLOTS_FROM)
    assert target.ready() == {"a1", "a2"}
    assert target.ports() == {f"{side}{n}": f"{port}" for port, (side, n) in enumerate(SLOTS, SLOTS_FROM)}
    assert target.request()[0] == 200
    target.change()
    assert target.containers() == before


def test_an_instance_that_dies_is_started_and_gets_no_request_meanwhile(target: AppsTarget) -> None:
    target.sh("docker stop -t 1 rig-shop-web-a1")
    wait_until(lambda: target.ready() == {"a2"})
    assert {target.request()[0] for _ in range(10)} == {200}
    assert target.found() == {("runtime_state.value", "applications: shop")}
    target.change()
    wait_until(lambda: target.ready() == {"a1", "a2"})


def test_drift_finds_what_others_changed_and_apply_puts_it_back(target: AppsTarget) -> None:
    for command in DRIFT.values():
        target.sh(command)
    assert target.found() == set(DRIFT)
    target.change()
    wait_until(lambda: target.ready() == {"a1", "a2"})


def test_a_damaged_record_is_reported_and_changes_nothing(target: AppsTarget) -> None:
    before = target.containers()
    target.sh(f"cp -a {RECORDS}/shop.json /root/kept; echo '{{' >{RECORDS}/shop.json")
    assert target.host.run("systemctl start rigwright-apps", check=False).returncode != 0
    found = {one.where: one for one in target.drift(target.part())}
    assert "shop.json is damaged" in str(found["applications: shop"].actual)
    assert target.ready() == {"a1", "a2"}
    assert target.containers() == before
    target.sh(f"mv /root/kept {RECORDS}/shop.json; systemctl start rigwright-apps")


def test_each_claim_of_rig_verify_fails_when_what_it_says_is_not_so(
    target: AppsTarget, tmp_path: Path
) -> None:
    inventory = tmp_path / "apps.py"
    inventory.write_text(inventory_of(target.host.name))
    assert failing(inventory, target.host.name, [one.claim for one in BREAKS]) == set()
    for batch in batches(BREAKS):
        broken_and_put_right(inventory, target.host, batch, among_all=False)
    wait_until(lambda: target.ready() == {"a1", "a2"})


def test_other_ports_of_slots_reach_the_containers_that_run(target: AppsTarget) -> None:
    """They keep those that they were made with until the next release."""
    before = target.containers()
    target.change(slots_from=SLOTS_FROM + 50)
    assert {target.request()[0] for _ in range(5)} == {200}
    target.sh("systemctl restart haproxy")
    assert {target.request()[0] for _ in range(5)} == {200}
    assert target.containers() == before
    target.change()


def test_a_restarted_engine_brings_the_release_back(target: AppsTarget) -> None:
    target.sh("systemctl restart docker")
    wait_until(lambda: target.request()[0] == 200)
    wait_until(lambda: target.ready() == {"a1", "a2"})


@pytest.mark.parametrize("system", ["debian12", "ubuntu2204", "ubuntu2404"])
def test_other_systems_haproxy_comes_up_with_the_recorded_slots(system: str, *, exhaustive: bool) -> None:
    if not exhaustive:
        pytest.skip("Debian 13 was tried; --exhaustive tries every system")
    name = f"d-apps-{system}"
    with apps_target(name, cast("Os", system)) as host:
        host.change()
        assert host.found() == set()
        go_live(host, "1")
        host.sh("systemctl mask --runtime -q rigwright-apps; systemctl restart haproxy")
        assert host.ready() == {"a1", "a2"}
