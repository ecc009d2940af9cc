"""What runs on hosts for applications: the record, and HAProxy's state, read and written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploys.apps.describe import described
from deploys.apps.on_host import declared, record
from deploys.apps.on_host.balancer import BalancerError, Server, servers, state_file
from deploys.apps.on_host.declared import Declared
from deploys.apps.on_host.record import Record, RecordError, Release
from tests.unit.test_apps import shop, web

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
LIVE = Release(3, DIGEST, "settings", "b", {"web": 2}, 1.5)
SHOWN = """1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight
2 shop-web 1 a1 127.0.0.1 2 4 1 1
2 shop-web 2 a2 127.0.0.1 0 5 1 1
2 shop-web 3 b1 127.0.0.1 2 12 1 1
2 shop-web 4 b2 127.0.0.1 0 36 1 1
"""


def app(**variables: str) -> Declared:
    settings = shop(web(instances=2, max_instances=3), variables=variables)
    return Declared("shop", json.loads(described(settings)), {"KEY": "s3cret"})


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    assert record.read(tmp_path, "shop") == Record()
    for one in (Record(), Record(live=LIVE), Record(live=LIVE, previous=LIVE)):
        record.replace(tmp_path / "shop.json", record.written(one))
        assert record.read(tmp_path, "shop") == one
    assert [path.name for path in tmp_path.iterdir()] == ["shop.json"]
    assert LIVE.name == "0123456789ab"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"live": {}, "previous": null}', '{"live": 3, "previous": null}', "\ufffd"]
)
def test_a_damaged_record_is_named_and_never_taken_for_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shop.json"
    path.write_text(text)
    with pytest.raises(RecordError, match=r"shop\.json"):
        record.read(tmp_path, "shop")


def test_a_record_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    record.replace(path, "old")
    path.with_name(".shop.json.new").mkdir()
    with pytest.raises(RecordError, match="cannot be written"):
        record.replace(path, "new")
    assert path.read_text() == "old"


def test_a_release_has_the_slots_of_its_side() -> None:
    assert declared.serving(app(), Record(live=LIVE)) == {("shop-web", "b1"), ("shop-web", "b2")}
    assert declared.serving(app(), Record()) == frozenset()
    containers = [slot.container for slot in declared.slots(app())]
    assert containers == [f"rig-shop-web-{name}" for name in ("a1", "a2", "a3", "b1", "b2", "b3")]


def test_haproxys_state_is_read_by_its_bits() -> None:
    assert servers(SHOWN) == {
        ("shop-web", "a1"): Server("ready", up=True),
        ("shop-web", "a2"): Server("maint", up=False),
        ("shop-web", "b1"): Server("drain", up=True),
        ("shop-web", "b2"): Server("maint", up=False),
    }


@pytest.mark.parametrize("text", ["", "2\n# be_name\n", "Unknown command", "1\n", "1\n# a b\n1 2\n"])
def test_output_of_another_form_is_an_error_and_no_empty_state(text: str) -> None:
    with pytest.raises(BalancerError, match="unknown form"):
        servers(text)


def test_the_state_file_makes_the_slots_of_the_record_ready_and_no_other() -> None:
    text = state_file(declared.slots(app()), declared.serving(app(), Record(live=LIVE)))
    head, columns, *rows = text.splitlines()
    assert (head, len(columns.split()) - 1) == ("1", 25)
    names = columns.split()[1:]
    read = [dict(zip(names, row.split(), strict=True)) for row in rows]
    # 4: only its configuration disables it, which this file lifts; 5: kept out by force too.
    assert {one["srv_name"]: one["srv_admin_state"] for one in read} == {
        **dict.fromkeys(("a1", "a2", "a3", "b3"), "5"),
        **dict.fromkeys(("b1", "b2"), "4"),
    }
    assert [one["srv_port"] for one in read] == [str(port) for port in range(17_100, 17_106)]


def test_what_containers_are_made_from_is_one_digest() -> None:
    one = app(A="1")
    assert one.settings == app(A="1").settings
    assert one.settings != app(A="2").settings
    assert one.settings != Declared("shop", one.raw, {"KEY": "rotated"}).settings
    drained = json.loads(json.dumps(one.raw))
    drained["processes"]["web"]["drain_seconds"] = 5
    assert one.settings == Declared("shop", drained, one.secrets).settings
    assert "s3cret" not in repr(one)


def test_descriptions_are_read_from_the_folder_that_apply_writes(tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_bytes(described(shop()))
    (tmp_path / "shop.secrets.json").write_text("{}")
    (tmp_path / "left.json").write_text("no description of apply's")
    assert [one.name for one in declared.read(tmp_path)] == ["shop"]
    (tmp_path / "shop.secrets.json").write_text("")
    with pytest.raises(RecordError, match="apply writes it anew"):
        declared.read(tmp_path)
