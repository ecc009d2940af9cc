"""What the shape ``everything`` promises, with literals: the settings are looked at once, to know the shape.

Its applications are stand-ins that run while these tests do.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from deploys.nginx.settings import NginxSettings, RateZone
from tests.support import backend
from tests.support.web import Reply, Web, unverified

APP = "app.rig.test"
BURST = 20
"""Of the zone on the whole site of the application."""
ORIGIN = "https://studio.rig.test"
ONCE = {
    "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
}


# Who asked before they were there made nginx pass them over for its fail_timeout, each worker for itself.
UNTIL_TAKEN = f"""
good=0
until [ $good = 8 ]; do
    ask="curl -sk -o /dev/null -w %{{http_code}} --resolve {APP}:8443:127.0.0.1"
    case $($ask https://{APP}:8443/health) in 200) good=$((good + 1)) ;; *) good=0; sleep 0.5 ;; esac
done"""


@pytest.fixture(scope="module", autouse=True)
def applications(host: Any, nginx: NginxSettings) -> Iterator[None]:
    """Stand-ins on the ports of the shape's upstreams, and the files of its static routes."""
    if not any(site.name == "closed" for site in nginx.sites):
        pytest.skip("the host has not the shape everything")
    script = base64.b64encode(Path(backend.__file__).read_bytes()).decode()
    host.check_output(f"echo {script} | base64 -d >/run/rig-test-backend.py")
    for port in (9001, 9002, 9003, 9004):
        start(host, port)
    host.check_output("mkdir -p /srv/app/assets /srv/app/docs /srv/media")
    host.check_output("echo 'let a' >/srv/app/assets/app.0f3a9c77.js; echo '<p>' >/srv/app/docs/index.html")
    host.check_output("echo x >/srv/app/assets/.env; head -c 20000 /dev/zero | tr '\\0' a >/srv/media/a.txt")
    host.check_output("ip address add 192.0.2.5/32 dev lo")
    for port in (9001, 9002, 9003, 9004):
        listening(host, port)
    host.check_output(f"timeout 60 sh -c '{UNTIL_TAKEN}'")
    yield
    host.run("ip address del 192.0.2.5/32 dev lo")
    host.run("systemctl stop 'rig-test-backend-*'")
    host.run("rm -rf /srv/app /srv/media /run/rig-test-backend.py")


def start(host: Any, port: int) -> None:
    """Run one stand-in."""
    unit = f"--collect --quiet --unit=rig-test-backend-{port}"
    host.check_output(f"systemd-run {unit} python3 /run/rig-test-backend.py {port}")


def listening(host: Any, port: int) -> None:
    """Wait until a stand-in listens."""
    host.check_output(f"timeout 60 sh -c 'until ss -Hltn sport = :{port} | grep -q .; do sleep 0.1; done'")


@pytest.fixture
def web(address: str) -> Web:
    return Web(address, 8443, unverified())


@pytest.fixture
def zone(nginx: NginxSettings) -> RateZone:
    """The zone that limits the whole site of the application."""
    return next(one for one in nginx.rate_zones if one.name == "everybody")


@pytest.fixture
def calm(zone: RateZone) -> None:
    """Wait until the zone has forgotten the requests of the last test: a full burst and a little more."""
    assert zone.requests_per_second
    time.sleep((BURST + 2) / zone.requests_per_second)


def headers_once(reply: Reply) -> None:
    for name, value in ONCE.items():
        assert reply.all(name) == [value], name
    assert len(reply.all("content-security-policy")) == 1


@pytest.mark.usefixtures("calm")
def test_a_burst_is_served_and_what_exceeds_it_gets_429(web: Web, zone: RateZone) -> None:
    """Served are one request, the burst, and what the rate allows in the time that all of them took."""
    assert zone.requests_per_second
    started = time.monotonic()
    with ThreadPoolExecutor(12) as pool:
        replies = [*pool.map(lambda _: web.ask(APP, "/"), range(120))]
    allowed = 1 + BURST + zone.requests_per_second * (time.monotonic() - started)
    statuses = Counter(reply.status for reply in replies)
    assert set(statuses) == {200, 429}
    assert BURST < statuses[200] <= allowed
    for reply in replies:
        headers_once(reply)


@pytest.mark.usefixtures("calm")
def test_another_address_of_the_same_ipv6_network_escapes_no_limit(host: Any) -> None:
    """Sixteen addresses, fifteen requests of each: every one alone would stay within the burst of 20."""
    addresses = [f"2001:db8:77::{number:x}" for number in range(1, 17)]
    host.check_output("; ".join(f"ip address add {one}/128 dev lo nodad" for one in addresses))
    ask = f"curl -sk -o /dev/null -w '%{{http_code}}\\n' --resolve {APP}:8443:[::1]"
    url = f"https://{APP}:8443/"
    try:
        told = host.check_output(
            f"for a in {' '.join(addresses)}; do {ask} --interface $a '{url}?[1-15]' & done; wait"
        )
        other = host.check_output(f"{ask} --interface ::1 {url}")
    finally:
        host.check_output("; ".join(f"ip address del {one}/128 dev lo" for one in addresses))
    assert set(told.split()) == {"200", "429"}
    assert other == "200"


@pytest.mark.usefixtures("calm")
def test_another_x_forwarded_for_each_time_escapes_no_limit(web: Web) -> None:
    def ask(number: int) -> int:
        return web.ask(APP, "/", X_Forwarded_For=f"203.0.113.{number}").status

    with ThreadPoolExecutor(12) as pool:
        assert 429 in pool.map(ask, range(120))


def test_a_slow_zone_serves_some_at_once_and_then_spaces_out(host: Any) -> None:
    """6 a minute, and a burst of 3 of which 2 do not wait: three at once, one 10 seconds later, no more.

    From a network that no earlier run asked from: the zone remembers one for half a minute.
    """
    client = f"2001:db8:{secrets.randbelow(2**16):x}:{secrets.randbelow(2**16):x}::1"
    ask = f"curl -sk -o /dev/null -w '%{{http_code}} %{{time_total}}\\n' --resolve {APP}:8443:[::1]"
    host.check_output(f"ip address add {client}/128 dev lo nodad")
    try:
        told = host.check_output(
            f"for n in 1 2 3 4 5 6; do {ask} --interface {client} https://{APP}:8443/login & done; wait"
        )
    finally:
        host.check_output(f"ip address del {client}/128 dev lo")
    answers = [line.split() for line in told.splitlines()]
    served = sorted(float(seconds) for status, seconds in answers if status == "200")
    assert {status for status, _ in answers} == {"200", "429"}
    assert len(served) == 4
    assert served[3] - served[2] > 5, "the fourth did not wait for its turn"


@pytest.mark.usefixtures("calm")
def test_the_application_hears_the_truth_about_the_client(web: Web) -> None:
    reply = web.ask(
        APP, "/", X_Forwarded_For="203.0.113.9", X_Real_IP="203.0.113.9", Forwarded="for=203.0.113.9"
    )
    (client,) = reply.asked("x-forwarded-for")
    assert client == reply.asked("x-real-ip")[0] != "203.0.113.9"
    assert reply.asked("forwarded") == []
    assert reply.asked("x-forwarded-proto") == ["https"]
    assert reply.asked("host") == [APP]
    assert len(reply.asked("x-request-id")[0]) == 32


def through_a_trusted_proxy(host: Any, path: str, forwarded: str) -> str:
    place = f"--resolve {APP}:8443:192.0.2.5 --interface 192.0.2.5 https://{APP}:8443{path}"
    told: str = host.check_output(f"curl -sk -w '%{{http_code}}' -H 'X-Forwarded-For: {forwarded}' {place}")
    return told


def test_a_trusted_proxy_is_believed_up_to_the_first_stranger(host: Any) -> None:
    told = through_a_trusted_proxy(host, "/health", "198.51.100.1, 203.0.113.9, 192.0.2.77")
    assert '["x-forwarded-for", "203.0.113.9"]' in told


def test_denied_networks_get_403_with_all_headers(host: Any) -> None:
    assert through_a_trusted_proxy(host, "/health", "198.51.100.7").endswith("403")
    assert through_a_trusted_proxy(host, "/robots.txt", "198.51.100.7").endswith("403")
    assert through_a_trusted_proxy(host, "/gone/", "203.0.113.9").endswith("403")
    assert through_a_trusted_proxy(host, "/gone/", "203.0.114.9").endswith("410")


def test_the_most_specific_network_decides(host: Any) -> None:
    assert through_a_trusted_proxy(host, "/admin/", "10.1.2.3").endswith("200")
    assert through_a_trusted_proxy(host, "/admin/", "10.9.2.3").endswith("403")
    assert through_a_trusted_proxy(host, "/admin/", "203.0.113.1").endswith("403")


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
def test_every_kind_of_answer_carries_the_headers_once(web: Web, path: str, status: int) -> None:
    reply = web.ask(APP, path)
    assert reply.status == status
    headers_once(reply)
    assert reply.all("x-powered-by") == []


def test_bodies_are_limited_by_site_and_route(web: Web) -> None:
    """2 MiB on the site, 4 MiB on /upload/."""
    mebibyte = 1024 * 1024
    assert web.ask(APP, "/upload/", "POST", body=b"x" * 3 * mebibyte).told["body_bytes"] == 3 * mebibyte
    for path, size in (("/upload/", 5), ("/api/", 3)):
        reply = web.ask(APP, path, "POST", Content_Length=str(size * mebibyte))
        assert reply.status == 413
        headers_once(reply)


def test_hashed_names_are_kept_for_a_year_and_others_are_not(web: Web) -> None:
    assert (
        web.ask(APP, "/assets/app.0f3a9c77.js").one("cache-control") == "public, max-age=31536000, immutable"
    )
    assert web.ask(APP, "/docs/index.html").one("cache-control") == "public, max-age=300"
    assert web.ask(APP, "/assets/none.js").all("cache-control") == []
    assert web.ask(APP, "/assets/app.0f3a9c77.js").all("expires") == []


def test_an_application_that_routes_in_the_browser_gets_its_page(web: Web) -> None:
    reply = web.ask(APP, "/docs/deep/link")
    assert (reply.status, reply.body) == (200, b"<p>\n")


def test_hidden_files_are_not_there(web: Web) -> None:
    assert web.ask(APP, "/assets/.env").status == 404


def test_text_is_compressed_for_those_who_take_it(web: Web) -> None:
    reply = web.ask("media.rig.test", "/a.txt", Accept_Encoding="gzip")
    assert reply.one("content-encoding") == "gzip"
    assert len(reply.body) < 2000
    assert "Accept-Encoding" in ", ".join(reply.all("vary"))


def test_text_is_compressed_better_where_brotli_is_packaged(web: Web, nginx: NginxSettings) -> None:
    if not nginx.brotli:
        pytest.skip("the inventory does without brotli here")
    reply = web.ask("media.rig.test", "/a.txt", Accept_Encoding="gzip, br")
    assert reply.one("content-encoding") == "br"
    assert len(reply.body) < 2000
    assert "Accept-Encoding" in ", ".join(reply.all("vary"))


def count(web: Web, path: str, **headers: str) -> int:
    number: int = web.ask(APP, path, **headers).told["count"]  # type: ignore[arg-type]
    return number


def test_answers_are_kept_but_never_those_for_one_person(web: Web) -> None:
    path = f"/pages/{time.time_ns()}"
    first = web.ask(APP, path)
    second = web.ask(APP, path)
    assert (first.one("x-cache-status"), second.one("x-cache-status")) == ("MISS", "HIT")
    assert second.told["count"] == first.told["count"]
    headers_once(second)
    assert web.ask(APP, path, Cookie="session=1").one("x-cache-status") == "BYPASS"
    assert web.ask(APP, path, Authorization="Bearer x").one("x-cache-status") == "BYPASS"
    shared = f"/pages/shared/{time.time_ns()}"
    web.ask(APP, shared)
    assert web.ask(APP, shared, Cookie="session=1").one("x-cache-status") == "HIT"


def test_a_health_check_is_never_kept(web: Web) -> None:
    assert [web.ask(APP, "/pages/health").one("x-cache-status") for _ in range(3)] == ["BYPASS"] * 3
    assert web.ask(APP, "/health").all("x-cache-status") == []


def test_a_websocket_is_a_websocket_and_a_request_is_a_request(web: Web) -> None:
    key = base64.b64encode(b"0123456789abcdef").decode()
    reply = web.ask(APP, "/live/", Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Key=key)
    assert reply.status == 101
    plain = web.ask(APP, "/live/")
    assert plain.asked("connection") == []
    assert plain.asked("upgrade") == []
    elsewhere = web.ask(APP, "/api/", Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Key=key)
    assert elsewhere.status == 200


def test_an_allowed_origin_may_read_and_no_other(web: Web) -> None:
    told = web.ask(APP, "/api/", Origin=ORIGIN)
    assert told.one("access-control-allow-origin") == ORIGIN
    assert told.one("access-control-allow-credentials") == "true"
    assert told.one("access-control-expose-headers") == "X-Total-Count"
    assert "Origin" in told.all("vary")
    stranger = web.ask(APP, "/api/", Origin="https://evil.test")
    assert stranger.all("access-control-allow-origin") == []
    assert stranger.all("access-control-allow-credentials") == []


def test_a_preflight_is_answered_by_nginx(web: Web) -> None:
    reply = web.ask(APP, "/api/x", "OPTIONS", Origin=ORIGIN, Access_Control_Request_Method="PUT")
    assert reply.status == 204
    assert reply.one("access-control-allow-methods") == "GET, PUT, POST, DELETE"
    assert reply.one("access-control-allow-headers") == "Authorization, Content-Type"
    assert reply.one("access-control-max-age") == "600"
    headers_once(reply)
    plain = web.ask(APP, "/api/x", "OPTIONS", Origin=ORIGIN)
    assert plain.told["method"] == "OPTIONS"


def test_redirects_keep_what_they_should(web: Web) -> None:
    assert web.ask(APP, "/old/x").one("location") == "/new/"
    assert web.ask(APP, "/elsewhere/x?y=z").one("location") == "https://other.rig.test/elsewhere/x?y=z"


def test_instances_share_by_weight_and_a_dead_one_is_passed_over(web: Web, host: Any) -> None:
    """Weights 3 and 1; the backup is asked only when neither is there."""
    shares = Counter(web.ask(APP, "/health").told["port"] for _ in range(40))
    assert shares == {9001: 30, 9002: 10}
    host.check_output("systemctl stop rig-test-backend-9001")
    try:
        assert {web.ask(APP, "/health").told["port"] for _ in range(20)} == {9002}
        host.check_output("systemctl stop rig-test-backend-9002")
        assert {web.ask(APP, "/health").told["port"] for _ in range(10)} == {9003}
    finally:
        for port in (9001, 9002):
            start(host, port)
            listening(host, port)
        time.sleep(11)  # fail_timeout


def test_without_any_instance_the_site_shows_its_own_page(web: Web, host: Any) -> None:
    host.check_output("systemctl stop rig-test-backend-9004")
    try:
        reply = web.ask(APP, "/live/", "POST", body=b"x")
        assert reply.status == 502
        assert b"Back soon." in reply.body
        headers_once(reply)
    finally:
        start(host, 9004)
        listening(host, 9004)


def test_a_site_in_maintenance_says_when_to_come_again(web: Web) -> None:
    for method in ("GET", "POST", "DELETE"):
        reply = web.ask("closed.rig.test", "/any", method)
        assert reply.status == 503
        assert reply.one("retry-after") == "600"
        assert b"Closed for now." in reply.body
        assert reply.one("strict-transport-security") == "max-age=63072000"
        assert reply.all("content-security-policy") == []


def test_a_site_that_only_reads_refuses_to_write(web: Web, host: Any) -> None:
    assert web.ask("media.rig.test", "/a.txt").status == 200
    refused = web.ask("media.rig.test", "/write/", "POST", body=b"x")
    assert (refused.status, refused.one("retry-after")) == (503, "120")
    place = "--resolve media.rig.test:8443:192.0.2.5 --interface 192.0.2.5 https://media.rig.test:8443/write/"
    exempt = host.check_output(
        f"curl -sk -X POST -H 'X-Forwarded-For: 192.0.2.7' {place} -w '%{{http_code}}'"
    )
    assert exempt.endswith("200")
    assert "default-src" in web.ask("media.rig.test", "/a.txt").one("content-security-policy-report-only")
