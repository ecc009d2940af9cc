"""What nginx's settings refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import TypeAdapter, ValidationError

from deploys.nginx import values
from deploys.nginx.settings import (
    Acme,
    Cache,
    ConnectionLimit,
    ConnectionZone,
    Cors,
    ErrorPage,
    FixedResponse,
    FromFiles,
    NginxSettings,
    Proxy,
    RateLimit,
    RateZone,
    Redirect,
    RouteCache,
    Server,
    Site,
    Static,
    Upstream,
)
from rigwright.secrets.value import Secret
from rigwright.settings import addresses

APP = Upstream(name="app", servers=[Server(port=3000)])
ACME = Acme(email="operator@example.org")
PEM = "-----BEGIN CERTIFICATE-----\nexample\n-----END CERTIFICATE-----\n"


def site(**more: object) -> Site:
    """A small site with some settings of its own."""
    return Site(**{"name": "app", "domains": ["app.test"], "routes": [Proxy(upstream="app")], **more})  # type: ignore[arg-type]


def with_app(**more: object) -> NginxSettings:
    """A host with that site and its upstream."""
    return NginxSettings(**{"sites": [site()], "upstreams": [APP], **more})  # type: ignore[arg-type]


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a rate zone that no route uses": (
        lambda: NginxSettings(rate_zones=[RateZone(name="idle", requests_per_second=1)]),
        "no route uses idle",
    ),
    "a connection zone that no route uses": (
        lambda: NginxSettings(connection_zones=[ConnectionZone(name="idle")]),
        "no route uses idle",
    ),
    "a cache that no route uses": (lambda: NginxSettings(caches=[Cache(name="idle")]), "no route uses idle"),
    "an upstream that no route uses": (lambda: NginxSettings(upstreams=[APP]), "no route uses app"),
    "a route to an upstream that is not there": (
        lambda: NginxSettings(sites=[site()]),
        "upstreams: routes name app, which is not there",
    ),
    "a rate limit by a zone that is not there": (
        lambda: with_app(sites=[site(rate_limits=[RateLimit(zone="gone")])]),
        "rate_zones: routes name gone",
    ),
    "a connection limit by a zone that is not there": (
        lambda: with_app(sites=[site(connection_limits=[ConnectionLimit(zone="gone", connections=1)])]),
        "connection_zones: routes name gone",
    ),
    "a cache that is not there": (
        lambda: with_app(sites=[site(routes=[Proxy(upstream="app", cache=RouteCache(zone="gone"))])]),
        "caches: routes name gone",
    ),
    "an upstream without servers": (lambda: Upstream(name="app", servers=[]), "give either servers or app"),
    "an upstream that takes no requests": (
        lambda: Upstream(name="app", servers=[Server(port=1, down=True), Server(port=2, backup=True)]),
        "no server takes requests",
    ),
    "a server listed twice": (
        lambda: Upstream(name="app", servers=[Server(port=1), Server(port=1)]),
        "larger weight",
    ),
    "ip_hash with a backup": (
        lambda: Upstream(
            name="app", servers=[Server(port=1), Server(port=2, backup=True)], balance="ip_hash"
        ),
        "choose another balance",
    ),
    "two sites with one name": (
        lambda: with_app(sites=[site(), site(name="other")]),
        "two sites have the name app.test",
    ),
    "two sites with one identifier": (
        lambda: with_app(sites=[site(), site(domains=["other.test"])]),
        "sites: two are named app",
    ),
    "a domain twice in one site": (lambda: site(redirected_domains=["app.test"]), "named twice"),
    "one port for two things": (lambda: NginxSettings(http_port=8090), "http_port and status_port"),
    "one address twice": (lambda: NginxSettings(listen_addresses=["::1", "::1"]), "::1 is listed twice"),
    "two routes for one path": (
        lambda: site(routes=[Proxy(upstream="app"), Static(root="/srv")]),
        "two routes for /",
    ),
    "a prefix that matches half a segment": (lambda: Proxy(path="/api", upstream="app"), "must end with"),
    "a cached websocket": (
        lambda: Proxy(upstream="app", websocket=True, cache=RouteCache(zone="pages")),
        "websocket cannot be cached",
    ),
    "a cache without buffering": (
        lambda: Proxy(upstream="app", buffering=False, cache=RouteCache(zone="pages")),
        "buffering=True",
    ),
    "immutable without hashed names": (
        lambda: Static(root="/srv", max_age_seconds=60, immutable=True),
        "set hashed_names=True",
    ),
    "immutable without an age": (
        lambda: Static(root="/srv", hashed_names=True, immutable=True),
        "max_age_seconds",
    ),
    "an immutable fallback": (
        lambda: Static(
            root="/srv", max_age_seconds=60, hashed_names=True, immutable=True, fallback="/index.html"
        ),
        "a route of their own",
    ),
    "fallbacks that lead to each other": (
        lambda: site(
            routes=[
                Static(path="/a/", root="/srv", fallback="/b/index.html"),
                Static(path="/b/", root="/srv", fallback="/a/index.html"),
            ]
        ),
        "fallback goes round: /a/ to /b/ to /a/",
    ),
    "files that nginx cannot see": (lambda: Static(root="/home/app/public"), "below /srv"),
    "a wildcard by ACME": (lambda: site(domains=["*.app.test"], certificate=ACME), "set dns of Acme"),
    "a redirect to a wildcard": (
        lambda: site(domains=["*.app.test"], redirected_domains=["app.test"]),
        "no wildcard",
    ),
    "two ACME accounts": (
        lambda: with_app(
            sites=[
                site(certificate=ACME),
                site(name="b", domains=["b.test"], certificate=Acme(email="b@example.org")),
            ]
        ),
        "one authority with one account",
    ),
    "a certificate that is none": (
        lambda: FromFiles(certificate="pyproject.toml", key=Secret("key", "x")),
        "holds no certificate",
    ),
    "a certificate file that is not there": (
        lambda: FromFiles(certificate="no/such.pem", key=Secret("key", "x")),
        "neither PEM text nor a file",
    ),
    "a private key in the clear": (
        lambda: FromFiles(certificate=PEM + "-----BEGIN PRIVATE KEY-----", key=Secret("key", "x")),
        "move it to the secret store",
    ),
    "preload without subdomains": (lambda: site(hsts_preload=True), "hsts_include_subdomains=True"),
    "every client as a proxy": (
        lambda: NginxSettings(trusted_proxies=["0.0.0.0/0"]),
        "list the proxies",
    ),
    "no rate": (lambda: RateZone(name="z"), "either requests_per_second"),
    "two rates": (
        lambda: RateZone(name="z", requests_per_second=1, requests_per_minute=1),
        "either requests_per_second",
    ),
    "delay without spacing": (lambda: RateLimit(zone="z", burst=5, delay=2), "nodelay=False"),
    "delay beyond the burst": (
        lambda: RateLimit(zone="z", burst=2, nodelay=False, delay=2),
        "smaller than burst",
    ),
    "a rate limit on a fixed response": (
        lambda: FixedResponse(rate_limits=[RateLimit(zone="z")]),  # type: ignore[call-arg]
        "there is no such setting as",
    ),
    "a rate limit on a redirect": (
        lambda: Redirect(to="/", rate_limits=[RateLimit(zone="z")]),  # type: ignore[call-arg]
        "there is no such setting as",
    ),
    "one zone twice": (
        lambda: with_app(
            sites=[site(rate_limits=[RateLimit(zone="z"), RateLimit(zone="z")])],
            rate_zones=[RateZone(name="z", requests_per_second=1)],
        ),
        "limited twice by the zone z",
    ),
    "one status with two pages": (
        lambda: site(error_pages=[ErrorPage(statuses=[502, 502], page="<p>")]),
        "has two pages",
    ),
    "a text for a number": (lambda: Server(port="3000"), "valid integer"),  # type: ignore[arg-type]
    "an age that is negative": (
        lambda: Static(root="/srv", max_age_seconds=-1),
        "greater than or equal to 0",
    ),
    "a misspelt setting": (lambda: NginxSettings(site=[]), "there is no such setting as"),  # type: ignore[call-arg]
    "a CORS origin with a wildcard": (lambda: Cors(origins=["https://*.app.test"]), "should match pattern"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses(case: str) -> None:
    make, message = REFUSED[case]
    with pytest.raises(ValidationError) as error:
        make()
    assert message in str(error.value)


@pytest.mark.parametrize("path", ["/health", "/healthz", "/api/ready", "/livez/", "/ping"])
def test_refuses_to_cache_a_health_check(path: str) -> None:
    """A health check that is cached hides an outage."""
    match = "prefix" if path.endswith("/") else "exact"
    cached = Proxy(path=path, match=match, upstream="app", cache=RouteCache(zone="pages"))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="hides an outage"):
        site(routes=[cached])


def test_a_declared_health_path_needs_a_route_without_cache() -> None:
    cached = Proxy(upstream="app", cache=RouteCache(zone="pages"))
    own = Proxy(path="/status/app", match="exact", upstream="app")
    with pytest.raises(ValidationError, match="a route of its own"):
        site(routes=[cached], health_paths=["/status/app"])
    assert site(routes=[cached, own], health_paths=["/status/app"])


INJECTED = ["a;b", "a\n", "a{", "a}", 'a"b', "a'b", "a\nb", "$host", "a\\b", "a#b", "a b", "a\0b", ";", "\n"]
TYPES = ["Address", "Network", "Host", "UrlPath", "FilePath", "Url", "HttpOrigin", "WebsocketOrigin"]
MORE_TYPES = ["ExactOrigin", "HeaderName", "CspHash", "Email"]
PREFIX = {"UrlPath": "/", "FilePath": "/", "Url": "https://a.test/", "CspHash": "sha256-"}
PREFIX |= {"HttpOrigin": "https://a.test", "ExactOrigin": "https://a.test", "WebsocketOrigin": "wss://a.test"}


@pytest.mark.parametrize("text", INJECTED)
@pytest.mark.parametrize("name", [*TYPES, *MORE_TYPES])
def test_no_value_carries_nginx_syntax(name: str, text: str) -> None:
    adapter = TypeAdapter[str]({**vars(addresses), **vars(values)}[name])
    for value in (PREFIX.get(name, "") + text, text + PREFIX.get(name, "")):
        with pytest.raises(ValidationError):
            adapter.validate_python(value)


@pytest.mark.parametrize("text", [text for text in INJECTED if text not in ("a b", "a\0b")])
def test_no_fixed_response_holds_nginx_syntax(text: str) -> None:
    with pytest.raises(ValidationError, match="nginx would read it as syntax"):
        FixedResponse(body=text)
