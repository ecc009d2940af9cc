"""Certificates by ACME from Debian's pebble, which is Let's Encrypt's authority for tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import cast

import pytest

from deploys.nginx.settings import Acme, FixedResponse, NginxSettings, Site
from rigwright.settings.platform import Os
from tests.support.authority import Authority
from tests.support.nginx_target import NginxTarget, nginx_target
from tests.support.waiting import wait_until

NAME = "app.rig.test"
DIRECTORY = "https://localhost:14000/dir"
FOLDER = "/etc/nginx/tls/app/acme"
DAYS_90 = 90 * 86_400


@pytest.fixture(scope="module", params=["debian13", "debian12"])
def target(request: pytest.FixtureRequest) -> Iterator[NginxTarget]:
    system = cast("Os", request.param)
    with nginx_target(f"t-acme{system[-2:]}", system, "certbot", "pebble") as host:
        host.sh("printf '127.0.0.1 app.rig.test b.rig.test\\n' >>/etc/hosts")
        yield host


@pytest.fixture(scope="module")
def settings(target: NginxTarget) -> NginxSettings:
    """A site whose authority is a pebble on the host, reached by a certificate of tests."""
    authority = Authority()
    issued = authority.issue("localhost")
    target.sh(f"mkdir -p /etc/pebble; cat >/etc/pebble/cert.pem <<END\n{issued.certificate}END")
    target.sh(f"cat >/etc/pebble/key.pem <<END\n{issued.key}END")
    acme = Acme(email="operator@example.org", directory_url=DIRECTORY, ca_bundle=authority.certificate)
    site = Site(name="app", domains=[NAME], certificate=acme, routes=[FixedResponse(body="served")])
    return NginxSettings(sites=[site])


def pebble(target: NginxTarget, lifetime_seconds: int) -> None:
    """Run the authority; its certificates live for so long. It forgets accounts when it ends."""
    config = {
        "listenAddress": "127.0.0.1:14000",
        "managementListenAddress": "127.0.0.1:15000",
        "certificate": "/etc/pebble/cert.pem",
        "privateKey": "/etc/pebble/key.pem",
        "httpPort": 80,
        "tlsPort": 443,
        "certificateValidityPeriod": lifetime_seconds,
    }
    target.sh("systemctl stop pebble 2>/dev/null; rm -rf /etc/letsencrypt/accounts", check=False)
    target.sh(f"cat >/etc/pebble/config.json <<'END'\n{json.dumps({'pebble': config})}\nEND")
    environment = "--setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0"
    target.sh(f"systemd-run -q --collect --unit=pebble {environment} pebble -config /etc/pebble/config.json")
    target.sh("until ss -Hltn | grep -q 127.0.0.1:14000; do sleep 0.1; done")


def issuer(target: NginxTarget, name: str = NAME) -> str:
    return target.served(name, "issuer")


def serial(target: NginxTarget) -> str:
    """The serial of the site's certificate on the disk, once nginx serves that very one.

    A reload returns before the new workers serve, and a worker of before still serves the old certificate.
    """
    kept = target.sh(f"openssl x509 -noout -serial -in {FOLDER}/fullchain.pem")
    wait_until(lambda: target.served(NAME, "serial") == kept)
    return kept


def test_a_self_signed_certificate_serves_until_the_authority_responds(
    target: NginxTarget, settings: NginxSettings
) -> None:
    """The authority is not there: the site is up, the change stays, and drift goes on saying what lacks."""
    done = target.change(settings)
    assert done.code == 26, done.stdout
    assert target.web().request(NAME, "/").body == b"served"
    assert "Pebble" not in issuer(target)
    (finding,) = target.drift(target.wanted(settings))
    assert finding.kind == "step.pending"
    assert DIRECTORY in finding.where


def test_a_name_that_dns_does_not_know_is_named_before_the_authority_is_asked(
    target: NginxTarget, settings: NginxSettings
) -> None:
    (site,) = settings.sites
    unknown = site.model_copy(update={"domains": (NAME, "none.rig.test")})
    done = target.change(settings.model_copy(update={"sites": (unknown,)}))
    assert done.code == 26, done.stdout
    assert "DNS has no address for none.rig.test" in done.stdout


def test_the_authoritys_certificate_takes_its_place(target: NginxTarget, settings: NginxSettings) -> None:
    pebble(target, DAYS_90)
    done = target.change(settings)
    assert done.code == 0, done.stdout + done.stderr
    serial(target)
    assert "Pebble" in issuer(target)
    assert target.drift(target.wanted(settings)) == []
    assert "P-256" in target.sh(f"openssl x509 -in {FOLDER}/fullchain.pem -noout -text")
    assert target.sh(f"stat -c '%a %U' {FOLDER}/privkey.pem") == "600 root"
    assert target.web().request(NAME, "/").body == b"served"


@pytest.mark.usefixtures("settings")
def test_renewal_is_due_when_a_third_of_the_lifetime_is_left(target: NginxTarget) -> None:
    line = target.sh("grep renew_before_expiry /etc/letsencrypt/renewal/rigwright-app.conf")
    found = re.fullmatch(r"renew_before_expiry = (\d+) seconds", line)
    assert found
    assert abs(int(found[1]) - DAYS_90 // 3) < 2


@pytest.mark.usefixtures("settings")
def test_a_certificate_that_is_not_due_stays(target: NginxTarget) -> None:
    before = serial(target)
    target.sh("systemctl start certbot.service")
    assert serial(target) == before


def test_a_lost_copy_is_made_again_without_asking_the_authority(
    target: NginxTarget, settings: NginxSettings
) -> None:
    before = serial(target)
    target.sh(f"rm {FOLDER}/fullchain.pem; systemctl stop pebble")
    done = target.change(settings)
    pebble(target, DAYS_90)
    assert done.code == 0, done.stdout
    assert serial(target) == before


def test_a_new_name_gets_a_new_certificate(target: NginxTarget, settings: NginxSettings) -> None:
    (site,) = settings.sites
    more = settings.model_copy(update={"sites": (site.model_copy(update={"domains": (NAME, "b.rig.test")}),)})
    assert target.change(more).code == 0
    serial(target)
    assert "Pebble" in issuer(target, "b.rig.test")
    assert "DNS:b.rig.test" in target.served("b.rig.test", "ext subjectAltName")
    assert target.drift(target.wanted(more)) == []
    assert target.change(settings).code == 0


def test_the_packages_own_timer_renews_and_nginx_takes_it(
    target: NginxTarget, settings: NginxSettings
) -> None:
    """A certificate of one minute is due after forty seconds; certbot.service is what the timer starts."""
    pebble(target, 60)
    target.sh("certbot delete -q --non-interactive --cert-name rigwright-app")
    assert target.change(settings).code == 0
    first = serial(target)
    target.sh("systemctl start certbot.service")
    assert serial(target) == first
    target.sh("sleep 42; systemctl start certbot.service")
    assert serial(target) != first
    assert target.drift(target.wanted(settings)) == []


def test_a_renewal_that_keeps_failing_shows_as_drift(target: NginxTarget, settings: NginxSettings) -> None:
    """Less than a sixth of the lifetime is left: drift reports it, and apply requests a new one."""
    target.sh("sleep 55")
    before = serial(target)
    (finding,) = target.drift(target.wanted(settings))
    assert finding.kind == "step.pending"
    assert target.change(settings).code == 0
    assert serial(target) != before


@pytest.mark.usefixtures("settings")
def test_renewal_runs_once_by_systemd_and_not_by_cron_too(target: NginxTarget) -> None:
    assert target.sh("systemctl is-enabled certbot.timer") == "enabled"
    assert target.sh("systemctl is-active certbot.timer") == "active"
    assert "-d /run/systemd/system" in target.sh("grep -h certbot /etc/cron.d/certbot")
    output = target.sh("systemd-analyze security --no-pager certbot.service | tail -1")
    assert float(re.findall(r"\d+\.\d+", output)[0]) < 4
