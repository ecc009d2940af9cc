"""A site with certbot's certificate is taken over: clients that trust its authority alone notice nothing."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

import pytest

from rigwright import lab
from tests.support.authority import Authority
from tests.support.in_use import InUse
from tests.support.waiting import wait_until

IMPORTS = """\
from deploys.nginx.settings import FixedResponse, Lineage, NginxSettings, Site
"""
NAME = "shop.rig.test"
PEBBLE = {
    "listenAddress": "127.0.0.1:14000",
    "managementListenAddress": "127.0.0.1:15000",
    "certificate": "/etc/pebble/cert.pem",
    "privateKey": "/etc/pebble/key.pem",
    "httpPort": 80,
    "tlsPort": 443,
    "certificateValidityPeriod": 90 * 86_400,
}
SETUP = f"""\
apt-get -qq install -y --no-install-recommends nginx certbot pebble openssl curl ca-certificates >&2
echo '127.0.0.1 {NAME}' >>/etc/hosts
mkdir -p /etc/pebble
cat >/etc/pebble/config.json <<'END'
{json.dumps({"pebble": PEBBLE})}
END
"""
SITE = f"""\
server {{ listen 80; server_name {NAME};
    location / {{ return 301 https://$host$request_uri; }}
    location /.well-known/acme-challenge/ {{ root /var/www/html; }} }}
"""
TLS = f"""\
server {{ listen 443 ssl; server_name {NAME};
    ssl_certificate /etc/letsencrypt/live/{NAME}/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/{NAME}/privkey.pem;
    location / {{ return 200 "an old friend"; }} }}
"""
CERTBOT = "REQUESTS_CA_BUNDLE=/etc/pebble/ca.pem certbot"
ISSUE = f"""\
set -e
printf %s {shlex.quote(SITE)} >/etc/nginx/sites-enabled/shop
systemctl restart nginx
systemd-run -q --collect --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 \\
    pebble -config /etc/pebble/config.json
until ss -Hltn | grep -q 127.0.0.1:14000; do sleep 0.1; done
{CERTBOT} certonly -n --agree-tos --email operator@example.org --server https://localhost:14000/dir \\
    --webroot -w /var/www/html -d {NAME} >&2
curl -fsS --cacert /etc/pebble/ca.pem https://localhost:15000/roots/0 >/root/root.pem
printf %s {shlex.quote(TLS)} >>/etc/nginx/sites-enabled/shop
systemctl reload nginx
"""


def described(certificate: str) -> str:
    """The site with this certificate."""
    route = 'FixedResponse(path="/", body="an old friend")'
    site = f'Site(name="shop", domains=["{NAME}"], routes=[{route}]{certificate})'
    return f"nginx=NginxSettings(sites=[{site}])"


AS_IT_IS = described(f', certificate=Lineage(name="{NAME}", webroot="/var/www/html")')


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InUse]:
    """A site whose certificate certbot had from a pebble on the host, by files in a folder of its own."""
    one = InUse.up("t-take-nginx13", tmp_path_factory.mktemp("nginx"), IMPORTS, SETUP)
    authority = Authority()
    issued = authority.issue("localhost")
    for name, text in (("cert", issued.certificate), ("key", issued.key), ("ca", authority.certificate)):
        one.target.sh(f"printf %s {shlex.quote(text)} >/etc/pebble/{name}.pem")
    one.target.sh(ISSUE)
    curl = f"curl -fsS --max-time 3 --cacert /root/root.pem --resolve {NAME}:443:{one.address}"
    one.start_client(f'test "$({curl} https://{NAME}/)" = "an old friend"')
    yield one
    lab.down("t-take-nginx13")


def serial(one: InUse) -> str:
    """The serial of the certificate that nginx serves."""
    served = f"openssl s_client -connect 127.0.0.1:443 -servername {NAME} </dev/null 2>/dev/null"
    return one.target.sh(f"{served} | openssl x509 -noout -serial")


def test_a_trusted_certificate_is_never_replaced_by_a_self_signed_one(shop: InUse) -> None:
    plan = shop.rig("plan", described(""))
    assert plan.returncode == 2
    assert f"the certificate of {NAME} from" in plan.stdout
    assert (
        "replaced by a self-signed certificate, while browsers insist on HTTPS for 730 days"
        in plan.stdout
        in plan.stdout
    )
    assert f'set certificate=Lineage(name="{NAME}", webroot="/var/www/html")' in plan.stdout
    refused = shop.rig("apply", described(""), "--adopt")
    assert (refused.returncode, "would go out of sight" in refused.stdout) == (1, True)
    assert shop.failed() == 0


def test_a_renewal_that_would_fail_is_refused_too(shop: InUse) -> None:
    refused = shop.rig("apply", described(f', certificate=Lineage(name="{NAME}")'), "--adopt")
    assert (refused.returncode, 'set webroot="/var/www/html"' in refused.stdout) == (1, True)


def test_a_site_that_no_setting_has_needs_adopt(shop: InUse) -> None:
    refused = shop.rig("apply", "nginx=NginxSettings()")
    assert refused.returncode == 1
    assert f"{NAME} is served by /etc/nginx/sites-enabled/shop, and by no site" in refused.stdout
    assert shop.failed() == 0


def test_described_as_it_is_it_is_adopted_with_its_certificate(shop: InUse) -> None:
    before = serial(shop)
    done = shop.rig("apply", AS_IT_IS, "--adopt")
    assert done.returncode == 0, done.stdout
    assert shop.outages() <= 1, "the one restart that the plan announced"
    shop.failed()
    assert serial(shop) == before
    again = shop.rig("apply", AS_IT_IS)
    assert (again.returncode, "was in sync" in again.stdout) == (0, True), again.stdout
    drift = shop.rig("drift", AS_IT_IS)
    assert drift.returncode == 0, drift.stdout


def test_its_renewals_go_on(shop: InUse) -> None:
    before, failed = serial(shop), shop.failed()
    shop.target.sh(f"{CERTBOT} renew --force-renewal --no-random-sleep-on-renew >&2")
    wait_until(lambda: serial(shop) != before)
    assert shop.failed() == failed
    assert shop.rig("drift", AS_IT_IS).returncode == 0
