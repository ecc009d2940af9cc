"""What nginx's settings become."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deploys.nginx.locations import SiteView
from deploys.nginx.settings import (
    Acme,
    ContentPolicy,
    Cors,
    FromFiles,
    NginxSettings,
    Proxy,
    RateLimit,
    RateZone,
    Server,
    Site,
    Static,
    Upstream,
)
from deploys.nginx.state import desired
from rigwright import repository
from rigwright.desired import Socket
from rigwright.desired.render import host_path
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform
from tests.support.pages import Block, Page

APP = Upstream(name="app", servers=[Server(port=3000)])
ACME = Acme(email="operator@example.org")
PEM = "-----BEGIN CERTIFICATE-----\nexample\n-----END CERTIFICATE-----\n"


def site(**more: object) -> Site:
    """A small site with some settings of its own."""
    return Site(**{"name": "app", "domains": ["app.test"], "routes": [Proxy(upstream="app")], **more})  # type: ignore[arg-type]


def with_app(**more: object) -> NginxSettings:
    """A host with that site and its upstream."""
    return NginxSettings(**{"sites": [site()], "upstreams": [APP], **more})  # type: ignore[arg-type]


def rendered(settings: NginxSettings, path: str, system: str = "debian13") -> str:
    """One rendered file."""
    wanted = desired(settings, Platform(system))  # type: ignore[arg-type]
    return next(file.content.decode() for file in wanted.files if file.path == path)


def test_with_nothing_set_it_listens_for_http_and_keeps_its_status_to_itself() -> None:
    assert NginxSettings().listens == (
        Socket("0.0.0.0", 80),
        Socket("::", 80),
        Socket("127.0.0.1", 8090),
    )


def test_a_site_opens_https_and_http3_where_it_is_on() -> None:
    listens = with_app(listen_addresses=["192.0.2.1"], http3=True).listens
    assert Socket("192.0.2.1", 443) in listens
    assert Socket("192.0.2.1", 443, "udp") in listens
    assert Socket("192.0.2.1", 443, "udp") not in with_app(listen_addresses=["192.0.2.1"]).listens


def test_brotli_is_refused_where_it_is_not_packaged() -> None:
    with pytest.raises(RigError, match="packages no brotli module"):
        desired(with_app(brotli=True), Platform("ubuntu2204"))


@pytest.mark.parametrize("system", ["debian12", "ubuntu2204", "ubuntu2404"])
def test_http3_is_refused_where_it_is_not_packaged(system: str) -> None:
    with pytest.raises(RigError, match="has no HTTP/3"):
        desired(with_app(http3=True), Platform(system))  # type: ignore[arg-type]


def test_the_policy_names_what_the_site_declares() -> None:
    """``default-src 'self'`` alone would block object storage, websockets and analytics."""
    policy = ContentPolicy(
        object_storage_origins=["https://s3.test"],
        analytics_origins=["https://stats.test"],
        websocket_origins=["wss://live.test"],
    )
    view = SiteView(
        site(routes=[Proxy(upstream="app", websocket=True)], content_policy=policy), NginxSettings()
    )
    header = dict(view.headers)["Content-Security-Policy"]
    parts = dict(part.split(" ", 1) for part in header.split("; "))
    assert parts["connect-src"] == "'self' wss://app.test wss://live.test https://s3.test https://stats.test"
    assert parts["img-src"] == "'self' https://s3.test https://stats.test"
    assert parts["script-src"] == "'self' https://stats.test"
    assert parts["frame-ancestors"] == "'none'"
    assert "unsafe" not in header


def test_a_route_replaces_the_limit_that_its_site_sets_by_the_same_zone() -> None:
    own = RateLimit(zone="everybody", burst=50)
    settings = with_app(
        sites=[
            site(
                rate_limits=[RateLimit(zone="everybody", burst=20)],
                routes=[Proxy(upstream="app"), Proxy(path="/api/", upstream="app", rate_limits=[own])],
            )
        ],
        rate_zones=[RateZone(name="everybody", requests_per_second=10)],
    )
    text = rendered(settings, "/etc/nginx/sites-enabled/app.conf")
    assert text.count("limit_req zone=everybody burst=20 nodelay;") == 1
    assert text.count("limit_req zone=everybody burst=50 nodelay;") == 1


@pytest.mark.parametrize(
    ("fallback", "written"),
    [("/app/index.html", "/app/index.html =404"), ("/index.html", "/index.html"), ("/no/x", "/no/x")],
)
def test_a_fallback_of_the_same_route_ends_where_its_file_is_missing(fallback: str, written: str) -> None:
    """In another route it is served by that route's rules."""
    routes = [
        Static(path="/app/", root="/srv", fallback=fallback),
        Static(path="/index.html", match="exact", root="/srv/other"),
    ]
    text = rendered(NginxSettings(sites=[site(routes=routes)]), "/etc/nginx/sites-enabled/app.conf")
    assert f"try_files $uri $uri/ {written};" in text


def test_trusted_proxies_connect_for_many_clients() -> None:
    settings = NginxSettings(trusted_proxies=["192.0.2.0/24"])
    assert desired(settings, Platform("debian13")).proxy_networks == ("192.0.2.0/24",)


def test_a_site_with_hyphens_and_capitals_has_variables_that_nginx_takes() -> None:
    cors = Cors(origins=["https://a.test"])
    named = Site(
        name="My-Site",
        domains=["a.test"],
        mode="read_only",
        denied_networks=["192.0.2.0/24"],
        routes=[Proxy(path="/", upstream="App-1", cors=cors, denied_networks=["198.51.100.0/24"])],
    )
    settings = NginxSettings(sites=[named], upstreams=[Upstream(name="App-1", servers=[Server(port=9)])])
    content = rendered(settings, "/etc/nginx/sites-enabled/My-Site.conf")
    defined = {word for word in content.split() if word.startswith("$") and word.endswith("my_site")}
    assert {"$visitor_my_site", "$writer_my_site", "$denied_my_site", "$denied_1_my_site"} <= defined
    assert "$visitor_My" not in content
    twin = named.model_copy(update={"name": "my_site", "domains": ("b.test",)})
    with pytest.raises(ValidationError, match="by - or capitals alone"):
        NginxSettings(sites=[named, twin], upstreams=settings.upstreams)


def test_a_new_site_serves_https_from_its_first_minute() -> None:
    """A self-signed certificate comes before the check, an authority's after the probe."""
    steps = desired(with_app(sites=[site(certificate=ACME)]), Platform("debian13")).steps
    assert [step.when for step in steps] == ["before_check", "after_probe"]


def test_a_certificate_from_files_keeps_its_key_secret() -> None:
    files = FromFiles(certificate=PEM, key=Secret("bought", "KEY-OF-THE-SITE"))
    wanted = desired(with_app(sites=[site(certificate=files)]), Platform("debian13"))
    key = next(file for file in wanted.files if file.path.endswith("privkey.pem"))
    assert key.secret
    assert key.mode == 0o600
    assert key.content == b"KEY-OF-THE-SITE"
    assert not wanted.steps
    others = [file.content for file in wanted.files if file is not key]
    assert not any(b"KEY-OF-THE-SITE" in content for content in others)


def test_the_digest_does_not_depend_on_a_secret() -> None:
    def probe(key: str) -> str:
        files = FromFiles(certificate=PEM, key=Secret("bought", key))
        return desired(with_app(sites=[site(certificate=files)]), Platform("debian13")).probes[0].command

    assert probe("one") == probe("another")


EXAMPLES = [
    block
    for name in ("docs/nginx.md", "docs/how-to/certificates.md")
    for block in Page(name).blocks
    if block.language == "python"
]


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.where)
def test_an_example_of_the_documentation_holds(block: Block) -> None:
    namespace: dict[str, object] = {}
    exec(block.text, namespace)  # noqa: S102  our own page
    assert {"nginx", "site", "certificate"} & set(namespace)


def test_every_template_becomes_a_file_of_the_host() -> None:
    templates = (repository.TEMPLATES / "nginx").rglob("*")
    named = [path for path in templates if path.is_file() and not path.name.startswith("_")]
    paths = {host_path(str(path.relative_to(repository.TEMPLATES))) for path in named}
    assert paths <= set(desired(NginxSettings(), Platform("debian13")).paths)
