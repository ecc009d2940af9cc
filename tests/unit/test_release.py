"""``rig release``: what a host's tool prints is read and shown, and what names no release is refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timezone

import pytest

from deploys.apps.on_host import steps
from deploys.apps.on_host.record import Record
from rigwright.desired import ReleaseTool
from rigwright.errors import RigError
from rigwright.release import terminal
from rigwright.release.carry_out import digest_of
from rigwright.release.known import Known, known
from tests.unit.test_apps_release import A, B, change, released

TOOL = ReleaseTool("shop", "127.0.0.1:5000/shop", "rigwright-release-shop.service", "tool")
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def printed(record: Record, *, under_way: bool = False, settings: str = "has its settings") -> str:
    """What the tool on the host prints of this record."""
    return json.dumps(
        [{"app": "shop", "image": "x", "settings": settings, "under_way": under_way, **asdict(record)}]
    )


def read(record: Record, **more: object) -> Known:
    (found,) = known(printed(record, **more), "web")  # type: ignore[arg-type]
    return found


def begun() -> Record:
    record = released(Record(), A)
    return steps.at(steps.begun(record, change(steps.candidate(record, B, "s", {"web": 1}))), "ready", 2.5)


def test_what_serves_and_what_served_before_is_read() -> None:
    found = read(released(released(Record(), A), B))
    assert found.live
    assert found.previous
    assert (found.live.number, found.live.digest, found.previous.number) == (2, B, 1)
    assert [one.number for one in found.kept] == [1, 2]
    assert found.run("x")
    assert not found.waits


def test_a_change_that_runs_differs_from_one_that_was_cut_off() -> None:
    running, cut = read(begun(), under_way=True), read(begun())
    assert running.under_way
    assert (running.under_way.by, running.under_way.steps[-1][0], running.cut_off) == ("ann", "ready", None)
    assert (cut.under_way, bool(cut.cut_off)) == (None, True)
    text = terminal.status_text("web", cut, NOW)
    assert "release 2 bbbbbbbbbbbb was cut off at ready" in text


def test_steps_are_shown_once_each_with_their_seconds() -> None:
    run = read(begun(), under_way=True).under_way
    assert run
    assert list(terminal.step_lines(run, 0)) == ["  planned       1.5 s"]
    assert list(terminal.step_lines(run, 1)) == []


def test_a_refused_release_says_why_and_what_serves() -> None:
    record = steps.ended(begun(), "refused", "it is not ready", 9.0)
    found = read(record)
    text = terminal.end_line("shop", found.history[-1], found.live)
    assert "refused" in text
    assert "it is not ready" in text
    assert "serving as before: 1 aaaaaaaaaaaa" in text
    assert "refused in 8.0 s by ann: it is not ready" in terminal.history_text("web", found)


def test_json_has_all_of_it() -> None:
    (shown,) = json.loads(terminal.as_json([("web", read(begun(), settings="waits for a release"))]))
    assert (shown["host"], shown["app"], shown["waits"]) == ("web", "shop", True)
    assert shown["cut_off"]["steps"][0] == ["planned", "1970-01-01T00:00:01+00:00"]


@pytest.mark.parametrize("text", ["", "3", "[3]", '[{"app": "shop"}]'])
def test_output_that_is_none_of_the_tools_is_an_error(text: str) -> None:
    with pytest.raises(RigError, match="cannot be read"):
        known(text, "web")


def test_an_image_is_named_by_its_digest() -> None:
    assert digest_of(A, TOOL) == A
    assert digest_of(f"127.0.0.1:5000/shop@{A}", TOOL) == A
    for image in ("127.0.0.1:5000/shop:1", "shop", "shop@sha256:12", "@"):
        with pytest.raises(RigError, match="a tag may be another image tomorrow"):
            digest_of(image, TOOL)
    with pytest.raises(RigError, match=r"other is not the image of shop, which is 127\.0\.0\.1:5000/shop"):
        digest_of(f"other@{A}", TOOL)
