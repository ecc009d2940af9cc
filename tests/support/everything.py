"""Stand-ins for the applications of the scenario ``everything``, and its web server as clients reach it."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
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


# A request before they were there made nginx pass them over for its fail_timeout, each worker for itself.
UNTIL_TAKEN = f"""
good=0
until [ $good = 8 ]; do
    fetch="curl -sk -o /dev/null -w %{{http_code}} --resolve {APP}:8443:127.0.0.1"
    case $($fetch https://{APP}:8443/health) in 200) good=$((good + 1)) ;; *) good=0; sleep 0.5 ;; esac
done"""


@pytest.fixture(scope="session")
def applications(host: Any, nginx: NginxSettings) -> Iterator[None]:
    """Stand-ins on the ports of the scenario's upstreams, and the files of its static routes."""
    if not any(site.name == "closed" for site in nginx.sites):
        pytest.skip("the host is not the scenario everything")
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
    """The host's HTTPS port of the scenario."""
    return Web(address, 8443, unverified())


@pytest.fixture
def zone(nginx: NginxSettings) -> RateZone:
    """The zone that limits the whole site of the application."""
    return next(one for one in nginx.rate_zones if one.name == "everybody")


@pytest.fixture
def calm(zone: RateZone) -> None:
    """Wait until the zone has forgotten earlier requests: a full burst and a little more."""
    assert zone.requests_per_second
    time.sleep((BURST + 2) / zone.requests_per_second)


def headers_once(reply: Reply) -> None:
    """Check that the response has each security header once."""
    for name, value in ONCE.items():
        assert reply.all(name) == [value], name
    assert len(reply.all("content-security-policy")) == 1
