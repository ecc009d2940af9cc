"""What a rehearsal takes from the real host, and what it must not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deploys.rig import Machine, Rig
from deploys.twin.canary import refuse_real_secrets
from inventories.prod import prod
from rigwright.desired import TlsName
from rigwright.errors import RigError
from rigwright.lab.rehearsal import lab_name, newest, visited
from rigwright.secrets.made_up import made_up
from rigwright.secrets.store import Secrets
from rigwright.secrets.value import Secret
from tests.support.waiting import wait_until

PEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----\n"


class Stored(Secrets):
    """A store whose values are these."""

    def __init__(self, **values: str) -> None:
        super().__init__("prod")
        self.values = values

    def _read(self, name: str) -> Secret:
        return Secret(name, self.values[name])


def test_passwords_are_made_up_and_stay_the_same(tmp_path: Path) -> None:
    real = Stored(
        database="correct-horse-battery", tls_key=PEM, hook="https://hooks.example.com/T0/B0/secret"
    )
    with made_up(tmp_path) as first:
        one = real["database"].reveal()
        keys = real["tls_key"].reveal(), real["hook"].reveal()
    with made_up(tmp_path):
        again = real["database"].reveal()
    assert one == again
    assert one != "correct-horse-battery"
    assert keys == (PEM, "https://hooks.example.com/T0/B0/secret")
    assert [secret.name for secret in first.kept] == ["tls_key", "hook"]
    assert real["database"].reveal() == "correct-horse-battery"


def test_a_real_secret_that_would_reach_the_lab_is_refused() -> None:
    rig: Rig = prod[0][1]["rig"]
    assert rig.redis
    password = rig.redis.administrator_password
    with pytest.raises(RigError, match=f"the real secret {password.name}"):
        refuse_real_secrets(rig, [password])
    refuse_real_secrets(Rig(machine=Machine(os="debian13")), [password])
    refuse_real_secrets(rig, [Secret("other", "is-not-there-at-all")])


FIRST = '{"by": "a", "revision": "1", "at": "2026-01-01T00:00:00+00:00", "paths": {}}'
NEWEST = '{"by": "b", "revision": "2-dirty", "at": "2026-02-01T00:00:00+00:00"}'
LAST_READ = '{"by": "a", "revision": "3", "at": "2026-01-31T00:00:00+00:00"}'


@pytest.mark.parametrize(
    ("text", "revision"), [("", None), (FIRST, "1"), (f"{FIRST}\n{NEWEST}{LAST_READ}", "2-dirty")]
)
def test_what_was_applied_last_is_the_newest_of_all_manifests(text: str, revision: str | None) -> None:
    found = newest(text, "studio")
    assert (found.revision if found else None) == revision


@pytest.mark.parametrize("text", ["{", "[]", '{"by": "a"}', "null", "1"])
def test_damaged_manifests_are_an_error(text: str) -> None:
    with pytest.raises(RigError, match="damaged"):
        newest(text, "studio")


@pytest.fixture
def port() -> Iterator[int]:
    """A server without TLS, which a visitor cannot use."""
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_requests_that_fail_are_counted_with_their_reason(port: int) -> None:
    with visited("127.0.0.1", [TlsName("site", "site.test", "0.0.0.0", port)]) as visits:
        wait_until(lambda: bool(visits.failed), seconds=30)
    assert visits.requests >= len(visits.failed) >= 1
    assert visits.failed[0][1].startswith("site.test: ")


def test_a_host_without_names_has_no_visitors() -> None:
    with visited("127.0.0.1", []) as visits:
        pass
    assert (visits.requests, visits.failed) == (0, [])


@pytest.mark.parametrize(
    ("host", "name"),
    [("studio", "twin-studio"), ("Web.Example.com", "twin-web-example-com"), ("a" * 80, "twin-" + "a" * 58)],
)
def test_the_lab_host_has_a_name_that_the_lab_takes(host: str, name: str) -> None:
    assert lab_name(host) == name
