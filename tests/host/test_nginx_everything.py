"""What the scenario ``everything`` promises, with literals: the settings are read once, to know the scenario.

Its applications are stand-ins that run while these tests do.
"""

from __future__ import annotations

import base64
import time
from collections import Counter
from typing import Any

import pytest

from deploys.nginx.settings import NginxSettings
from tests.support.everything import APP, ORIGIN, headers_once, listening, start
from tests.support.waiting import wait_until
from tests.support.web import Web

pytestmark = pytest.mark.usefixtures("applications")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/", 200),
        ("/api/status/404", 404),
        ("/assets/none.js", 404),
        ("/old/", 301),
        ("/robots.txt", 200),
        ("/gone/", 410),
    ],
)
def test_every_kind_of_response_has_the_headers_once(web: Web, path: str, status: int) -> None:
    reply = web.request(APP, path)
    assert reply.status == status
    headers_once(reply)
    assert reply.all("x-powered-by") == []


def test_bodies_are_limited_by_site_and_route(web: Web) -> None:
    """2 MiB on the site, 4 MiB on /upload/."""
    mebibyte = 1024 * 1024
    assert web.request(APP, "/upload/", "POST", body=b"x" * 3 * mebibyte).echo["body_bytes"] == 3 * mebibyte
    for path, size in (("/upload/", 5), ("/api/", 3)):
        reply = web.request(APP, path, "POST", Content_Length=str(size * mebibyte))
        assert reply.status == 413
        headers_once(reply)


def test_hashed_names_are_kept_for_a_year_and_others_are_not(web: Web) -> None:
    hashed = web.request(APP, "/assets/app.0f3a9c77.js")
    assert hashed.one("cache-control") == "public, max-age=31536000, immutable"
    assert web.request(APP, "/docs/index.html").one("cache-control") == "public, max-age=300"
    assert web.request(APP, "/assets/none.js").all("cache-control") == []
    assert web.request(APP, "/assets/app.0f3a9c77.js").all("expires") == []


def test_an_application_that_routes_in_the_browser_gets_its_page(web: Web) -> None:
    reply = web.request(APP, "/docs/deep/link")
    assert (reply.status, reply.body) == (200, b"<p>\n")


def test_a_page_that_is_missing_itself_is_not_found(web: Web, host: Any) -> None:
    host.check_output("mv /srv/app/docs/index.html /run/rig-test-index.html")
    try:
        # nginx remembers for a second what was there.
        wait_until(lambda: web.request(APP, "/docs/deep/link").status == 404, 15)
    finally:
        host.check_output("mv /run/rig-test-index.html /srv/app/docs/index.html")
        wait_until(lambda: web.request(APP, "/docs/deep/link").status == 200, 15)


def test_hidden_files_are_not_there(web: Web) -> None:
    assert web.request(APP, "/assets/.env").status == 404


def test_text_is_compressed_for_clients_that_accept_it(web: Web) -> None:
    reply = web.request("media.rig.test", "/a.txt", Accept_Encoding="gzip")
    assert reply.one("content-encoding") == "gzip"
    assert len(reply.body) < 2000
    assert "Accept-Encoding" in ", ".join(reply.all("vary"))


def test_text_is_compressed_better_where_brotli_is_packaged(web: Web, nginx: NginxSettings) -> None:
    if not nginx.brotli:
        pytest.skip("the inventory does without brotli here")
    reply = web.request("media.rig.test", "/a.txt", Accept_Encoding="gzip, br")
    assert reply.one("content-encoding") == "br"
    assert len(reply.body) < 2000
    assert "Accept-Encoding" in ", ".join(reply.all("vary"))


def count(web: Web, path: str, **headers: str) -> int:
    number: int = web.request(APP, path, **headers).echo["count"]  # type: ignore[arg-type]
    return number


def test_responses_are_cached_but_never_those_for_one_user(web: Web) -> None:
    path = f"/pages/{time.time_ns()}"
    first = web.request(APP, path)
    second = web.request(APP, path)
    assert (first.one("x-cache-status"), second.one("x-cache-status")) == ("MISS", "HIT")
    assert second.echo["count"] == first.echo["count"]
    headers_once(second)
    assert web.request(APP, path, Cookie="session=1").one("x-cache-status") == "BYPASS"
    assert web.request(APP, path, Authorization="Bearer x").one("x-cache-status") == "BYPASS"
    shared = f"/pages/shared/{time.time_ns()}"
    web.request(APP, shared)
    assert web.request(APP, shared, Cookie="session=1").one("x-cache-status") == "HIT"


def test_a_health_check_is_never_kept(web: Web) -> None:
    assert [web.request(APP, "/pages/health").one("x-cache-status") for _ in range(3)] == ["BYPASS"] * 3
    assert web.request(APP, "/health").all("x-cache-status") == []


def test_a_websocket_is_a_websocket_and_a_request_is_a_request(web: Web) -> None:
    key = base64.b64encode(b"0123456789abcdef").decode()
    reply = web.request(APP, "/live/", Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Key=key)
    assert reply.status == 101
    plain = web.request(APP, "/live/")
    assert plain.received("connection") == []
    assert plain.received("upgrade") == []
    elsewhere = web.request(APP, "/api/", Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Key=key)
    assert elsewhere.status == 200


@pytest.mark.parametrize("path", ["/live/", "/api/"])
@pytest.mark.parametrize("upgrade", ["h2c", "websocket, h2c", "h2c, websocket", "TLS/1.2"])
def test_no_upgrade_but_a_websocket_reaches_the_application(web: Web, path: str, upgrade: str) -> None:
    """The stand-in would take h2c, and then serve requests that nginx never sees."""
    reply = web.request(
        APP, path, Connection="Upgrade, HTTP2-Settings", Upgrade=upgrade, HTTP2_Settings="AAMAAABkAARAAAAA"
    )
    assert reply.status == 200
    assert reply.received("upgrade") == []
    assert reply.received("connection") == []
    assert reply.received("http2-settings") == []


def test_a_websocket_begins_with_get_alone(web: Web) -> None:
    reply = web.request(APP, "/live/", "POST", body=b"x", Connection="Upgrade", Upgrade="websocket")
    assert reply.status == 200
    assert reply.received("upgrade") == []


def test_an_allowed_origin_may_read_and_no_other(web: Web) -> None:
    output = web.request(APP, "/api/", Origin=ORIGIN)
    assert output.one("access-control-allow-origin") == ORIGIN
    assert output.one("access-control-allow-credentials") == "true"
    assert output.one("access-control-expose-headers") == "X-Total-Count"
    assert "Origin" in output.all("vary")
    stranger = web.request(APP, "/api/", Origin="https://evil.test")
    assert stranger.all("access-control-allow-origin") == []
    assert stranger.all("access-control-allow-credentials") == []


def test_a_preflight_is_answered_by_nginx(web: Web) -> None:
    reply = web.request(APP, "/api/x", "OPTIONS", Origin=ORIGIN, Access_Control_Request_Method="PUT")
    assert reply.status == 204
    assert reply.one("access-control-allow-methods") == "GET, PUT, POST, DELETE"
    assert reply.one("access-control-allow-headers") == "Authorization, Content-Type"
    assert reply.one("access-control-max-age") == "600"
    headers_once(reply)
    plain = web.request(APP, "/api/x", "OPTIONS", Origin=ORIGIN)
    assert plain.echo["method"] == "OPTIONS"


def test_redirects_keep_what_they_should(web: Web) -> None:
    assert web.request(APP, "/old/x").one("location") == "/new/"
    assert web.request(APP, "/elsewhere/x?y=z").one("location") == "https://other.rig.test/elsewhere/x?y=z"


def test_instances_share_by_weight_and_a_dead_one_is_passed_over(web: Web, host: Any) -> None:
    """Weights 3 and 1; the backup gets requests only when neither is there."""

    def shares() -> Counter[int]:
        return Counter(web.request(APP, "/health").echo["port"] for _ in range(40))

    # On a busy machine an instance may have been left out, for its fail_timeout.
    wait_until(lambda: shares() == {9001: 30, 9002: 10}, 25)
    host.check_output("systemctl stop rig-test-backend-9001")
    try:
        assert {web.request(APP, "/health").echo["port"] for _ in range(20)} == {9002}
        host.check_output("systemctl stop rig-test-backend-9002")
        assert {web.request(APP, "/health").echo["port"] for _ in range(10)} == {9003}
    finally:
        for port in (9001, 9002):
            start(host, port)
            listening(host, port)


def test_without_any_instance_the_site_shows_its_own_page(web: Web, host: Any) -> None:
    host.check_output("systemctl stop rig-test-backend-9004")
    try:
        reply = web.request(APP, "/live/", "POST", body=b"x")
        assert reply.status == 502
        assert b"Back soon." in reply.body
        headers_once(reply)
    finally:
        start(host, 9004)
        listening(host, 9004)


def test_a_site_in_maintenance_sends_retry_after(web: Web) -> None:
    for method in ("GET", "POST", "DELETE"):
        reply = web.request("closed.rig.test", "/any", method)
        assert reply.status == 503
        assert reply.one("retry-after") == "600"
        assert b"Closed for now." in reply.body
        assert reply.one("strict-transport-security") == "max-age=63072000"
        assert reply.all("content-security-policy") == []


def test_a_site_that_only_reads_refuses_to_write(web: Web, host: Any) -> None:
    assert web.request("media.rig.test", "/a.txt").status == 200
    refused = web.request("media.rig.test", "/write/", "POST", body=b"x")
    assert (refused.status, refused.one("retry-after")) == (503, "120")
    place = "--resolve media.rig.test:8443:192.0.2.5 --interface 192.0.2.5 https://media.rig.test:8443/write/"
    exempt = host.check_output(
        f"curl -sk -X POST -H 'X-Forwarded-For: 192.0.2.7' {place} -w '%{{http_code}}'"
    )
    assert exempt.endswith("200")
    assert "default-src" in web.request("media.rig.test", "/a.txt").one("content-security-policy-report-only")
