"""Which sites and certificates a web server has before it is taken over, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from deploys.nginx.programs.usage import parse, sections, servers
from deploys.nginx.settings import Acme, FixedResponse, Lineage, NginxSettings, SelfSigned, Site
from deploys.nginx.state import desired
from rigwright.desired import Desired
from rigwright.desired.usage import Sockets, Use
from rigwright.settings.platform import Platform

LIVE = "/etc/letsencrypt/live/shop.example.org/fullchain.pem"
TRUSTED = {"issuer": "O = Let's Encrypt, CN = R11", "self_signed": False, "ends": "", "names": []}
HTTP = {"file": "/etc/nginx/sites-enabled/shop", "names": ["shop.example.org"], "certificates": []}
HTTPS = {**HTTP, "certificates": [LIVE]}
WEBROOT = {"name": "shop.example.org", "authenticator": "webroot", "webroot": "/var/www/html"}
FRESH: dict[str, Any] = {
    "runs": True,
    "servers": [{"file": "/etc/nginx/sites-enabled/default", "names": ["_"], "certificates": []}],
    "certificates": {},
    "lineages": [],
    "apache": [],
}
PRINTED = """\
# configuration file /etc/nginx/nginx.conf:
http {
    include /etc/nginx/sites-enabled/*;
    log_format x '$a "{" }'; # a comment }
}

# configuration file /etc/nginx/sites-enabled/shop:
server {
    listen 443 ssl;
    server_name shop.example.org "www.shop.example.org";
    include snippets/tls.conf;
    location / { proxy_pass http://127.0.0.1:3000; }
}

# configuration file /etc/nginx/snippets/tls.conf:
ssl_certificate /etc/x.pem;
"""


def built(certificate: Any = None, domain: str = "shop.example.org") -> Desired:
    route = FixedResponse(path="/", body="x")
    site = Site(name="shop", domains=[domain], certificate=certificate or SelfSigned(), routes=[route])
    return desired(NginxSettings(sites=[site]), Platform("debian13"))


def judged(one: Desired, **found: Any) -> dict[str, Use]:
    (usage,) = one.usages
    return {use.where: use for use in usage.judge({**FRESH, **found}, Sockets())}


def test_the_packages_default_site_is_not_in_use() -> None:
    assert judged(built()) == {}
    assert judged(built(), runs=False, servers=[]) == {}
    assert judged(desired(NginxSettings(), Platform("debian13"))) == {}


def test_a_name_that_no_site_has_is_cut_and_the_restart_is_named() -> None:
    uses = judged(desired(NginxSettings(), Platform("debian13")), servers=[HTTP])
    assert uses["site shop.example.org"].effect == "cut"
    assert "/etc/nginx/sites-enabled/shop" in uses["site shop.example.org"].summary
    assert "restart" in uses["nginx"].summary


def test_a_site_over_http_is_named_with_how_long_browsers_insist_on_https() -> None:
    (use, _) = judged(built(), servers=[HTTP]).values()
    assert "redirects to HTTPS with a self-signed certificate, and browsers insist" in use.summary


@pytest.mark.parametrize("certificate", [SelfSigned(), Acme(email="a@example.org")])
def test_a_trusted_certificate_is_never_replaced_by_a_self_signed_one(certificate: Any) -> None:
    use = judged(built(certificate), servers=[HTTPS], certificates={LIVE: TRUSTED}, lineages=[WEBROOT])[
        "certificate of shop.example.org"
    ]
    assert use.effect == "hidden"
    assert 'set certificate=Lineage(name="shop.example.org", webroot="/var/www/html")' in use.summary
    assert "Let's Encrypt" in use.summary


def test_a_certificate_from_elsewhere_is_kept_from_files() -> None:
    path = "/etc/ssl/shop.pem"
    served = {**HTTP, "certificates": [path]}
    use = judged(built(), servers=[served], certificates={path: TRUSTED})["certificate of shop.example.org"]
    assert (use.effect, "certificate=FromFiles" in use.summary) == ("hidden", True)
    own = {**TRUSTED, "self_signed": True}
    assert list(judged(built(), servers=[served], certificates={path: own})) == ["nginx"]


def test_the_lineage_as_it_is_leaves_only_the_restart() -> None:
    one = built(Lineage(name="shop.example.org", webroot="/var/www/html"))
    uses = judged(one, servers=[HTTPS], certificates={LIVE: TRUSTED}, lineages=[WEBROOT])
    assert list(uses) == ["nginx"]


@pytest.mark.parametrize(
    ("lineage", "effect"),
    [
        (WEBROOT, "hidden"),
        ({**WEBROOT, "authenticator": "standalone"}, "cut"),
        ({**WEBROOT, "authenticator": "nginx"}, None),
        ({**WEBROOT, "authenticator": "dns-rfc2136"}, None),
    ],
)
def test_renewals_go_on(lineage: dict[str, Any], effect: str | None) -> None:
    uses = judged(
        built(Lineage(name="shop.example.org")),
        servers=[HTTPS],
        certificates={LIVE: TRUSTED},
        lineages=[lineage],
    )
    found = uses.get("renewal of shop.example.org")
    assert (found.effect if found else None) == effect


def test_a_wildcard_serves_every_name_below_it() -> None:
    uses = judged(built(Lineage(name="shop.example.org"), "*.example.org"), servers=[HTTPS])
    assert list(uses) == ["nginx"]


def test_apache_is_named() -> None:
    assert (
        "apache2 serves wiki.example.org" in judged(built(), apache=["wiki.example.org"])["apache2"].summary
    )


def test_a_lineage_is_read_where_it_is_and_makes_nothing() -> None:
    one = built(Lineage(name="shop.example.org", webroot="/var/www/html"))
    (site,) = (file for file in one.files if file.path == "/etc/nginx/sites-enabled/shop.conf")
    assert b"ssl_certificate /etc/letsencrypt/live/shop.example.org/fullchain.pem;" in site.content
    assert b"root /var/www/html;" in site.content
    assert one.steps == ()
    assert "/etc/letsencrypt/renewal-hooks/deploy/rigwright-nginx" in one.paths
    assert "/etc/nginx/tls/shop" not in one.paths
    assert "certificate of shop" in {check.name for check in one.checks}


def test_what_nginx_prints_is_read_with_its_includes() -> None:
    (server,) = servers(sections(PRINTED))
    assert server == {
        "file": "/etc/nginx/sites-enabled/shop",
        "names": ["shop.example.org", "www.shop.example.org"],
        "listens": ["443 ssl"],
        "certificates": ["/etc/x.pem"],
    }


@pytest.mark.parametrize(
    "text", ["", "}", "server {", "a 'b", "server { server_name x; } }", "\\", "include"]
)
def test_what_is_no_configuration_raises_nothing(text: str) -> None:
    assert isinstance(parse(text), list)
    assert isinstance(servers(sections(f"# configuration file /x:\n{text}")), list)
