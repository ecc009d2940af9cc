"""A wildcard certificate by DNS: Debian's pebble as the authority, and BIND, which takes signed updates."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from deploys.nginx.settings import Acme, DnsUpdate, FixedResponse, NginxSettings, Site
from rigwright.secrets.value import Secret
from tests.support.authority import Authority
from tests.support.nginx_target import NginxTarget, nginx_target
from tests.support.waiting import wait_until

NAMES = ("app.rig.test", "*.app.rig.test")
KEY = "c2lnbnMgdXBkYXRlcyBvZiB0aGUgbGFiIG9ubHk="
CREDENTIALS = "/etc/letsencrypt/rigwright-dns.ini"
ZONE = """\
$TTL 60
@ IN SOA ns.rig.test. operator.rig.test. 1 60 60 600 60
@ IN NS ns.rig.test.
ns IN A 127.0.0.1
"""
NAMED = f"""\
key "acme." {{ algorithm hmac-sha256; secret "{KEY}"; }};
zone "rig.test" {{
    type primary;
    file "/var/lib/bind/rig.test.zone";
    update-policy {{ grant acme. zonesub TXT; }};
}};
"""
AUTHORITY = Authority()


def settings(key: str = KEY) -> NginxSettings:
    """A site for a name and everything below it."""
    update = DnsUpdate(server="127.0.0.1", key_name="acme.", key=Secret("key", key), propagation_seconds=1)
    acme = Acme(
        email="operator@example.org",
        directory_url="https://localhost:14000/dir",
        ca_bundle=AUTHORITY.certificate,
        dns=update,
    )
    site = Site(name="app", domains=NAMES, certificate=acme, routes=[FixedResponse(body="served")])
    return NginxSettings(sites=[site])


def put(target: NginxTarget, path: str, text: str) -> None:
    target.sh(f"cat >{path} <<'END'\n{text}\nEND")


@pytest.fixture(scope="module")
def target() -> Iterator[NginxTarget]:
    packages = ("bind9", "bind9-dnsutils", "certbot", "pebble", "python3-certbot-dns-rfc2136")
    with nginx_target("t-acmedns13", "debian13", *packages) as host:
        put(host, "/var/lib/bind/rig.test.zone", ZONE)
        put(host, "/etc/bind/named.conf.local", NAMED)
        host.sh("chown -R bind:bind /var/lib/bind && systemctl restart named")
        issued = AUTHORITY.issue("localhost")
        host.sh("mkdir -p /etc/pebble")
        put(host, "/etc/pebble/cert.pem", issued.certificate)
        put(host, "/etc/pebble/key.pem", issued.key)
        config = {
            "listenAddress": "127.0.0.1:14000",
            "managementListenAddress": "127.0.0.1:15000",
            "certificate": "/etc/pebble/cert.pem",
            "privateKey": "/etc/pebble/key.pem",
            "httpPort": 80,
            "tlsPort": 443,
        }
        put(host, "/etc/pebble/config.json", json.dumps({"pebble": config}))
        environment = "--setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0"
        command = "pebble -config /etc/pebble/config.json -dnsserver 127.0.0.1:53"
        host.sh(f"systemd-run -q --collect --unit=pebble {environment} {command}")
        wait_until(lambda: "127.0.0.1:14000" in host.sh("ss -Hltn"))
        wait_until(lambda: "SOA" in host.sh("dig +noall +answer @127.0.0.1 rig.test SOA || :"))
        yield host


def test_a_key_that_the_name_server_does_not_know_gets_no_certificate(target: NginxTarget) -> None:
    done = target.change(settings(key="YW5vdGhlciBrZXkgb2YgdGhlIGxhYiBvbmx5"))
    assert done.code == 26, done.stdout
    assert "Pebble" not in target.served(NAMES[0], "issuer")
    (finding,) = target.drift(target.wanted(settings(key="YW5vdGhlciBrZXkgb2YgdGhlIGxhYiBvbmx5")))
    assert finding.kind == "step.pending"


def test_a_wildcard_certificate_is_issued_and_served(target: NginxTarget) -> None:
    done = target.change(settings())
    assert done.code == 0, done.stdout + done.stderr
    wait_until(lambda: "Pebble" in target.served("any.app.rig.test", "issuer"))
    names = target.served("any.app.rig.test", "ext subjectAltName")
    assert all(f"DNS:{name}" in names for name in NAMES)
    assert target.drift(target.wanted(settings())) == []


def test_the_key_is_for_root_alone_and_no_record_is_left(target: NginxTarget) -> None:
    assert target.sh(f"stat -c '%a %U' {CREDENTIALS}") == "600 root"
    assert target.sh(f"grep -rsl {KEY} /var/lib/rigwright /var/log || :") == ""
    found = target.sh("dig +short @127.0.0.1 _acme-challenge.app.rig.test TXT")
    assert found == ""


FORCED = """\
[Service]
ExecStart=
ExecStart=/usr/bin/certbot -q renew --force-renewal --no-random-sleep-on-renew
"""


def test_certbots_own_service_renews_it_within_its_sandbox(target: NginxTarget) -> None:
    target.sh("mkdir -p /run/systemd/system/certbot.service.d")
    put(target, "/run/systemd/system/certbot.service.d/test.conf", FORCED)
    before = target.served(NAMES[0], "serial")
    target.sh("systemctl daemon-reload && systemctl start certbot.service")
    wait_until(lambda: target.served(NAMES[0], "serial") != before)
    target.sh("rm -r /run/systemd/system/certbot.service.d && systemctl daemon-reload")
    assert target.drift(target.wanted(settings())) == []
