"""What an operator asks of a restore: by which words, and what is refused with what there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploys.backup.choice import RefusedError
from deploys.backup.on_host.files_record import Place
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.restic import Restic
from deploys.backup.on_host.restore_database import dated, quoted
from deploys.backup.on_host.restore_files import Opening
from deploys.backup.on_host.restore_item import Item
from deploys.backup.on_host.restore_request import Request, resolve
from deploys.backup.retention import Policy

DECLARED = [
    {"name": "PostgreSQL", "kind": "database", "paths": ["/var/lib/postgresql/17/main"], "details": []},
    {"name": "Redis", "kind": "key_value", "paths": ["/var/lib/redis"], "details": []},
    {"name": "volume shop_data", "kind": "volume", "paths": ["/var/lib/docker/volumes/shop_data/_data"]},
    {"name": "uploads, of users", "kind": "files", "paths": ["/srv/uploads"], "details": []},
]


@pytest.mark.parametrize(
    ("what", "data", "part"),
    [
        ("postgres", "PostgreSQL", ""),
        ("PostgreSQL", "PostgreSQL", ""),
        ("database:shop", "PostgreSQL", "shop"),
        ("redis", "Redis", ""),
        ("volume:shop_data", "volume shop_data", ""),
        ("files:uploads, of users", "uploads, of users", ""),
        ("files:/srv/uploads/2027/a.jpg", "uploads, of users", "/srv/uploads/2027/a.jpg"),
        ("files:/srv/uploads/", "uploads, of users", "/srv/uploads"),
    ],
)
def test_declared_data_is_named_by_a_word(what: str, data: str, part: str) -> None:
    (found,) = resolve(what, DECLARED)
    assert (found.data, found.part) == (data, part)


def test_host_is_everything_with_files_first() -> None:
    assert [one.word for one in resolve("host", DECLARED)] == [
        "files:uploads, of users",
        "volume:shop_data",
        "redis",
        "postgres",
    ]


@pytest.mark.parametrize(
    "what",
    [
        "",
        "mysql",
        "volume:other",
        "files:",
        "files:/srv/uploads/../secret",
        "files:/srv/uploads2",
        "database:",
    ],
)
def test_an_unknown_name_is_refused_with_what_there_is(what: str) -> None:
    with pytest.raises(RefusedError, match="there is no backup of") as error:
        resolve(what, DECLARED)
    assert "postgres, database:NAME, redis, volume:shop_data" in error.value.possible
    assert error.value.possible.endswith("host")


def test_a_host_without_backups_has_nothing() -> None:
    for what in ("host", "postgres", "database:a"):
        with pytest.raises(RefusedError) as error:
            resolve(what, [])
        assert error.value.possible == "nothing"


@pytest.mark.parametrize(
    "given_",
    [
        {"what": "redis", "to": "latest", "way": "over"},
        {"what": "redis", "to": "latest", "place": "third"},
        {"what": "redis"},
        {"what": "redis", "to": "latest", "more": "x"},
        {"what": "redis", "to": "latest", "folder": "srv/here"},
        [],
        "redis",
        None,
    ],
)
def test_a_request_of_another_form_is_refused(given_: Any) -> None:
    with pytest.raises(RefusedError):
        Request.of(json.dumps(given_))


def test_no_room_is_a_refusal_with_the_bytes_that_are_missing() -> None:
    item = Item("redis", folder="/srv", room_needed=100, room_there=60).with_room()
    assert item.refused == "/srv has room for 60 bytes, and 100 are needed"
    assert item.possible == "free 40 bytes there"
    assert Item("redis", room_needed=60, room_there=60).with_room().refused is None


@given(st.text(min_size=1, max_size=80))
def test_a_dated_name_fits_and_any_name_is_quoted(name: str) -> None:
    assert len(dated(name, "restored", "20270301-140500").encode()) <= 63
    assert quoted(name)[1:-1].replace('""', "").count('"') == 0


@pytest.mark.parametrize("away", [False, True])
def test_a_repository_is_opened_once_for_all_that_is_restored_and_waited_for_once(*, away: bool) -> None:
    state = Path("/srv/state")
    place = Place(Restic("/srv/files", "", ""), "", state, state, "05:00", 1, 0, Policy(days=7), ())
    opened: list[Request] = []

    def open_it(request: Request) -> Place:
        opened.append(request)
        if away:
            raise RepositoryError("it is away")
        return place

    opening = Opening(Request("host", "latest"), open_it)
    assert opened == [], "not before it is needed"
    for _ in range(3):
        if away:
            with pytest.raises(RepositoryError, match="it is away"):
                opening.place()
        else:
            assert opening.place() is place
    assert len(opened) == 1
