"""What the scenario ``everything`` limits, and which client nginx takes a request to be from."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deploys.nginx.settings import RateZone
from tests.support.everything import APP, BURST, headers_once
from tests.support.web import Web

CLAIMS = (
    *("X-Original-URL", "X-Rewrite-URL", "X-Original-URI", "X-Original-Host", "X-Host", "Forwarded"),
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix"),
    *("X-Forwarded-Server", "X-Forwarded-Scheme", "X-Forwarded-Ssl", "X-Forwarded-User", "X-Forwarded"),
    *("X-Real-IP", "True-Client-IP", "X-Client-IP", "CF-Connecting-IP", "X-Remote-User", "Remote-User"),
    *("X-Scheme", "Front-End-Https", "Proxy", "X-Request-ID"),
)

pytestmark = pytest.mark.usefixtures("applications", "spaced_out")
SPACED_OUT = "/run/rig-test-spaced-out"


def unused_network() -> str:
    """The first half of an IPv6 network that no earlier run used: zones remember one for half a minute."""
    return f"2001:db8:{secrets.randbelow(2**16):x}:{secrets.randbelow(2**16):x}"


@pytest.fixture(scope="module")
def spaced_out(host: Any, applications: None) -> Iterator[None]:  # noqa: ARG001  they respond
    """Six requests to the slow zone, of which one waits for 10 seconds: other tests go on meanwhile."""
    client = f"{unused_network()}::1"
    command = f"curl -sk -o /dev/null -w '%{{http_code}} %{{time_total}}\\n' --resolve {APP}:8443:[::1]"
    request = f"{command} --interface {client} https://{APP}:8443/login"
    host.check_output(
        f"ip address add {client}/128 dev lo nodad; "
        f"{{ (for n in 1 2 3 4 5 6; do {request} & done; wait) >{SPACED_OUT}.new; "
        f"mv {SPACED_OUT}.new {SPACED_OUT}; }} >/dev/null 2>&1 </dev/null &"
    )
    yield
    host.run(f"ip address del {client}/128 dev lo; rm -f {SPACED_OUT} {SPACED_OUT}.new")


@pytest.mark.usefixtures("calm")
def test_a_burst_is_served_and_what_exceeds_it_gets_429(web: Web, zone: RateZone) -> None:
    """Served are one request, the burst, and what the rate allows in the time that all of them took."""
    assert zone.requests_per_second
    started = time.monotonic()
    with ThreadPoolExecutor(12) as pool:
        replies = [*pool.map(lambda _: web.request(APP, "/"), range(120))]
    allowed = 1 + BURST + zone.requests_per_second * (time.monotonic() - started)
    statuses = Counter(reply.status for reply in replies)
    assert set(statuses) == {200, 429}
    assert BURST < statuses[200] <= allowed
    for reply in replies:
        headers_once(reply)


def test_another_address_of_the_same_ipv6_network_escapes_no_limit(host: Any) -> None:
    """Sixteen addresses, fifteen requests of each: every one alone would stay within the burst of 20."""
    network = unused_network()
    addresses = [f"{network}::{number:x}" for number in range(1, 17)]
    host.check_output("; ".join(f"ip address add {one}/128 dev lo nodad" for one in addresses))
    command = f"curl -sk -o /dev/null -w '%{{http_code}}\\n' --resolve {APP}:8443:[::1]"
    url = f"https://{APP}:8443/"
    try:
        output = host.check_output(
            f"for a in {' '.join(addresses)}; do {command} --interface $a '{url}?[1-15]' & done; wait"
        )
        other = host.check_output(f"{command} --interface ::1 {url}")
    finally:
        host.check_output("; ".join(f"ip address del {one}/128 dev lo" for one in addresses))
    assert set(output.split()) == {"200", "429"}
    assert other == "200"


def test_another_x_forwarded_for_each_time_escapes_no_limit(web: Web) -> None:
    def request(number: int) -> int:
        return web.request(APP, "/", X_Forwarded_For=f"203.0.113.{number}").status

    with ThreadPoolExecutor(12) as pool:
        assert 429 in pool.map(request, range(120))


def test_a_flood_of_refusals_is_logged_once_in_a_while_and_in_one_log(web: Web, host: Any) -> None:
    """Of 400 refusals about 24 are expected, and 70 are almost ten standard deviations away."""
    marker = f"/{secrets.token_hex(8)}"
    with ThreadPoolExecutor(12) as pool:
        statuses = Counter(pool.map(lambda _: web.request(APP, marker).status, range(400)))
    logged = host.check_output(f'grep -c \'{marker}.*"limit":"REJECTED"\' /var/log/nginx/access.log')
    served = host.check_output(f"grep -c '{marker}.*\"status\":200' /var/log/nginx/access.log")
    assert 0 < int(logged) < 70 < statuses[429]
    assert int(served) == statuses[200], "what was served is logged in full"
    assert host.run(f"grep -c '{marker}' /var/log/nginx/error.log").stdout.strip() == "0"


def test_the_application_hears_the_truth_about_the_client(web: Web) -> None:
    reply = web.request(
        APP, "/health", X_Forwarded_For="203.0.113.9", X_Real_IP="203.0.113.9", Forwarded="for=203.0.113.9"
    )
    (client,) = reply.received("x-forwarded-for")
    assert client == reply.received("x-real-ip")[0] != "203.0.113.9"
    assert reply.received("forwarded") == []
    assert reply.received("x-forwarded-proto") == ["https"]
    assert reply.received("host") == [APP]
    assert reply.received("x-forwarded-host") == [APP]
    assert len(reply.received("x-request-id")[0]) == 32


def test_the_application_sees_the_port_that_the_client_asked(web: Web) -> None:
    for port, passed in ((8443, ":8443"), (443, "")):
        reply = web.request(APP, "/health", host=f"{APP}:{port}")
        assert reply.received("host") == [f"{APP}{passed}"]
        assert reply.received("x-forwarded-host") == [f"{APP}{passed}"]


def test_what_a_client_claims_in_place_of_a_proxy_does_not_arrive(web: Web) -> None:
    """All of it at once: each header is sent, and none of them arrives as it was sent."""
    reply = web.request(APP, "/api/", **{name.replace("-", "_"): "claimed" for name in CLAIMS})  # type: ignore[arg-type]
    assert reply.status == 200
    assert [name for name in CLAIMS if "claimed" in reply.received(name.lower())] == []


def through_a_trusted_proxy(host: Any, path: str, forwarded: str) -> str:
    place = f"--resolve {APP}:8443:192.0.2.5 --interface 192.0.2.5 https://{APP}:8443{path}"
    output: str = host.check_output(f"curl -sk -w '%{{http_code}}' -H 'X-Forwarded-For: {forwarded}' {place}")
    return output


def test_a_trusted_proxy_is_believed_up_to_the_first_stranger(host: Any) -> None:
    output = through_a_trusted_proxy(host, "/health", "198.51.100.1, 203.0.113.9, 192.0.2.77")
    assert '["x-forwarded-for", "203.0.113.9"]' in output


def test_denied_networks_get_403_with_all_headers(host: Any) -> None:
    assert through_a_trusted_proxy(host, "/health", "198.51.100.7").endswith("403")
    assert through_a_trusted_proxy(host, "/robots.txt", "198.51.100.7").endswith("403")
    assert through_a_trusted_proxy(host, "/gone/", "203.0.113.9").endswith("403")
    assert through_a_trusted_proxy(host, "/gone/", "203.0.114.9").endswith("410")


def test_the_most_specific_network_decides(host: Any) -> None:
    assert through_a_trusted_proxy(host, "/admin/", "10.1.2.3").endswith("200")
    assert through_a_trusted_proxy(host, "/admin/", "10.9.2.3").endswith("403")
    assert through_a_trusted_proxy(host, "/admin/", "203.0.113.1").endswith("403")


def test_a_slow_zone_serves_some_at_once_and_then_spaces_out(host: Any) -> None:
    """6 a minute, and a burst of 3 of which 2 do not wait: three at once, one 10 seconds later, no more."""
    host.check_output(f"timeout 60 sh -c 'until [ -e {SPACED_OUT} ]; do sleep 0.2; done'")
    responses = [line.split() for line in host.check_output(f"cat {SPACED_OUT}").splitlines()]
    served = sorted(float(seconds) for status, seconds in responses if status == "200")
    assert {status for status, _ in responses} == {"200", "429"}
    assert len(served) == 4
    assert served[3] - served[2] > 5, "the fourth did not wait for its turn"
