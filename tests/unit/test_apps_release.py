"""The steps of a release, its gate and its containers, without a host."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploys.apps.describe import described
from deploys.apps.on_host import containers, declared, record, steps
from deploys.apps.on_host.balancer import BalancerError, sessions
from deploys.apps.on_host.declared import Declared
from deploys.apps.on_host.gate import GOOD, NOT_YET, WRONG, Reply, Seen, after, judged, opened
from deploys.apps.on_host.record import Change, Record, RecordError, Release
from deploys.apps.on_host.store import Store
from deploys.docker.programs.prune import kept
from tests.unit.test_apps import shop, web

A, B, C = (f"sha256:{letter * 64}" for letter in "abc")
RULE = {"responses": 3}


def change(new: Release, id_: str = "x") -> Change:
    return Change(id_, "release", "ann", 1.0, new, (("planned", 1.0),))


def released(known: Record, digest: str, keep: int = 3) -> Record:
    """After a release that went well, through all of its steps."""
    known = steps.begun(known, change(steps.candidate(known, digest, "s", {"web": 2})))
    for step in ("pulled", "started", "ready", "switching"):
        known = steps.at(known, step, 2.0)
    known = steps.at(steps.verified(known, 3.0, keep), "verified", 3.0)
    return steps.ended(steps.at(known, "draining", 4.0), "live", "", 5.0)


def test_each_release_has_the_slots_beside_those_of_the_one_that_serves() -> None:
    known = Record()
    for number, side in ((1, "a"), (2, "b"), (3, "a")):
        known = released(known, A)
        assert known.live
        assert (known.live.number, known.live.side, known.live.at) == (number, side, 3.0)
    assert known.previous
    assert known.previous.number == 2
    assert [event.outcome for event in known.history] == ["live"] * 3
    assert known.history[-1].steps[-1] == ("done", 5.0)


def test_previous_is_what_served_before_and_not_the_last_number() -> None:
    """A broken release between two good ones is none to go back to."""
    known = released(Record(), A)
    failed = steps.begun(known, change(steps.candidate(known, B, "s", {"web": 2})))
    known = steps.ended(failed, "refused", "never ready", 2.0)
    known = released(known, C)
    assert steps.chosen(known, None).digest == A
    back = steps.chosen(known, None)
    assert back.side == "a" if known.live and known.live.side == "b" else "b"
    assert [one.number for one in known.kept] == [1, 3]


def test_failed_releases_take_no_place_of_kept_ones_and_live_and_previous_stay() -> None:
    known = Record()
    for _ in range(5):
        known = released(known, A, keep=2)
    assert [one.number for one in known.kept] == [4, 5]
    for _ in range(5):
        new = change(steps.candidate(known, B, "s", {"web": 2}))
        known = steps.ended(steps.begun(known, new), "refused", "no", 1.0)
    assert [one.number for one in known.kept] == [4, 5]
    assert known.last_number == 10


@pytest.mark.parametrize(("number", "why"), [(3, "serves already"), (9, "not kept; kept are 1, 2, 3")])
def test_there_is_no_way_back_to_what_serves_or_is_gone(number: int, why: str) -> None:
    known = released(released(released(Record(), A), B), C)
    with pytest.raises(RecordError, match=why):
        steps.chosen(known, number)
    assert steps.chosen(known, 1).digest == A


def test_a_first_release_has_nothing_to_go_back_to() -> None:
    with pytest.raises(RecordError, match="nothing serves"):
        steps.chosen(Record(), None)
    with pytest.raises(RecordError, match="no previous release"):
        steps.chosen(released(Record(), A), None)


def test_one_change_at_a_time_and_its_steps_in_order() -> None:
    known = steps.begun(Record(), change(steps.candidate(Record(), A, "s", {"web": 1})))
    with pytest.raises(RecordError, match="of ann is under way, at planned"):
        steps.begun(known, change(steps.candidate(known, B, "s", {"web": 1})))
    known = steps.at(known, "ready", 2.0)
    with pytest.raises(RecordError, match="pulled does not follow ready"):
        steps.at(known, "pulled", 3.0)
    assert not steps.past_the_point(known)
    assert steps.past_the_point(steps.at(known, "switching", 3.0))


def test_requests_go_to_the_new_release_from_the_switch_on() -> None:
    app = Declared("shop", json.loads(described(shop(web(instances=2)))), {})
    known = released(Record(), A)
    known = steps.begun(known, change(steps.candidate(known, B, "s", {"web": 2})))
    for step, side in (("ready", "a"), ("switching", "b")):
        known = steps.at(known, step, 2.0)
        assert declared.serving(app, known) == {("shop-web", f"{side}1"), ("shop-web", f"{side}2")}


def test_a_change_under_way_comes_back_from_its_file(tmp_path: Path) -> None:
    known = released(Record(), A)
    known = steps.begun(known, change(steps.candidate(known, B, "s", {"web": 2})))
    record.replace(tmp_path / "shop.json", record.written(known))
    assert record.read(tmp_path, "shop") == known


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b'{"release": "abc"}', GOOD),
        (200, b'{"release": "old"}', WRONG),
        (200, b'{"release": null}', WRONG),
        (200, b"[]", WRONG),
        (200, b"OK", WRONG),
        (200, b"\xff\xfe", WRONG),
        (503, b'{"release": "abc"}', NOT_YET),
        (302, b"", NOT_YET),
    ],
)
def test_only_200_with_the_releases_name_is_good(status: int, body: bytes, verdict: str) -> None:
    assert judged(status, body, "release", "abc").verdict == verdict


def test_the_name_may_be_deeper_in_the_response() -> None:
    assert judged(200, b'{"app": {"release": "abc"}}', "app.release", "abc").verdict == GOOD


def test_the_gate_opens_after_good_responses_in_a_row_and_never_for_another_version() -> None:
    flapping = [GOOD, GOOD, NOT_YET, GOOD, GOOD, WRONG, GOOD, GOOD]
    seen = Seen()
    for verdict in flapping:
        seen = after(seen, Reply(verdict, ""))
        assert opened(seen, RULE) is None
    assert opened(after(seen, Reply(GOOD, "")), RULE) is True
    for _ in range(3):
        seen = after(seen, Reply(WRONG, "it is another"))
    assert opened(seen, RULE) is False


def test_a_container_has_its_slot_its_limits_and_its_release() -> None:
    settings = shop(web(memory=2**26, cpus=0.5, command=["serve"]), variables={"A": "1"})
    app = Declared("shop", json.loads(described(settings)), {"KEY": "s3cret"})
    release = steps.candidate(Record(), A, "s", {"web": 1})
    (one,) = containers.instances(app, release, "sha256:image", {"/etc/shop": "/var/lib/file0"})
    assert one.slot.container == "rig-shop-web-a1"
    assert one.body["Image"] == "sha256:image"
    assert one.body["Cmd"] == ["serve"]
    assert one.body["Env"] == ["A=1", "KEY=s3cret", f"RELEASE={'a' * 12}"]
    host = one.body["HostConfig"]
    assert host["PortBindings"] == {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "17100"}]}
    assert (host["Memory"], host["NanoCpus"]) == (2**26, 500_000_000)
    assert host["Binds"] == ["/var/lib/file0:/etc/shop:ro"]


def test_a_release_keeps_its_own_settings(tmp_path: Path) -> None:
    """Going back brings back the variables and secrets that it had."""
    store = Store(str(tmp_path), str(tmp_path), str(tmp_path / "state"))
    release = steps.candidate(Record(), A, "s", {"web": 1})
    old = Declared("shop", json.loads(described(shop(variables={"A": "old"}))), {"KEY": "old"})
    store.keep_settings(old, release)
    found = store.settings("shop", release)
    assert (found.raw["variables"], found.secrets) == ({"A": "old"}, {"KEY": "old"})
    store.forget_all_but("shop", {release.number})
    assert store.settings("shop", release).secrets == {"KEY": "old"}
    store.forget_all_but("shop", set())
    with pytest.raises(RecordError, match="are gone"):
        store.settings("shop", release)


def test_the_second_holder_of_an_application_is_refused(tmp_path: Path) -> None:
    store = Store(str(tmp_path), str(tmp_path), str(tmp_path / "state"))
    with store.locked("shop") as first, store.locked("shop", shared=True) as second:
        assert (first, second) == (True, False)
    with store.locked("shop") as third:
        assert third


def test_sessions_are_those_of_haproxys_statistics() -> None:
    text = "# pxname,svname,qcur,qmax,scur\nshop-web,a1,0,0,3\nshop-web,BACKEND,0,0,\n"
    assert sessions(text) == {("shop-web", "a1"): 3, ("shop-web", "BACKEND"): 0}
    with pytest.raises(BalancerError, match="unknown form"):
        sessions("Unknown command")


def test_the_nightly_removal_of_images_spares_those_of_releases() -> None:
    assert kept({"RepoTags": ["rigwright-app/shop:3"]})
    assert not kept({"RepoTags": ["shop:3"]})
    assert not kept({"RepoTags": None})
