"""nginx with every setting changed."""

from __future__ import annotations

from deploys.nginx.settings import (
    Cache,
    ConnectionLimit,
    ConnectionZone,
    ContentPolicy,
    Cors,
    ErrorPage,
    FixedResponse,
    Maintenance,
    NginxSettings,
    Proxy,
    RateLimit,
    RateZone,
    Redirect,
    RouteCache,
    SelfSigned,
    Server,
    Site,
    Static,
    Upstream,
)
from deploys.nginx.versions import VERSIONS
from rigwright.settings.platform import Os


def everything(os: Os) -> NginxSettings:
    """Three sites that use every setting; their upstreams are stand-ins on loopback ports 9001 to 9004."""
    return NginxSettings(
        sites=[_app(), _media(), _closed()],
        upstreams=[
            Upstream(
                name="app",
                servers=[
                    Server(port=9001, weight=3),
                    Server(port=9002, max_fails=2, fail_timeout_seconds=5),
                    Server(address="::1", port=9003, backup=True),
                ],
                balance="least_conn",
                keepalive=16,
            ),
            Upstream(
                name="live", servers=[Server(port=9004), Server(port=9001, down=True)], balance="ip_hash"
            ),
        ],
        rate_zones=[
            RateZone(name="everybody", requests_per_second=10, size_mib=4),
            RateZone(name="login", requests_per_minute=6),
        ],
        connection_zones=[ConnectionZone(name="clients", size_mib=2)],
        caches=[Cache(name="pages", max_size_mib=64, keys_zone_mib=2, inactive_minutes=30)],
        trusted_proxies=["192.0.2.0/24", "2001:db8:1::/48"],
        listen_addresses=["0.0.0.0", "::"],  # noqa: S104  the lab host is reached from outside
        http_port=8000,
        https_port=8443,
        status_port=8091,
        exporter_port=9213,
        http3=VERSIONS[os].http3,
        brotli=VERSIONS[os].brotli,
        worker_connections=2048,
        worker_shutdown_timeout_seconds=30,
        keepalive_timeout_seconds=30,
        client_header_timeout_seconds=10,
        client_body_timeout_seconds=20,
        send_timeout_seconds=20,
        log_max_mib=64,
    )


_PROXIES = [
    Proxy(
        upstream="app",
        rate_limits=[RateLimit(zone="everybody", burst=20)],
        connection_limits=[ConnectionLimit(zone="clients", connections=50)],
        read_timeout_seconds=30,
        send_timeout_seconds=40,
        connect_timeout_seconds=3,
    ),
    Proxy(path="/health", match="exact", upstream="app"),
    Proxy(path="/upload/", upstream="app", client_max_body_mib=4),
    Proxy(path="/events/", upstream="app", buffering=False),
    Proxy(path="/live/", upstream="live", websocket=True, read_timeout_seconds=3600),
    Proxy(path="/pages/", upstream="app", cache=RouteCache(zone="pages", valid_seconds=120)),
    Proxy(
        path="/pages/shared/",
        upstream="app",
        cache=RouteCache(zone="pages", requests_with_cookies=True),
    ),
    Proxy(
        path="/login",
        match="exact",
        upstream="app",
        rate_limits=[
            RateLimit(zone="login", burst=3, nodelay=False, delay=2),
            RateLimit(zone="everybody", burst=5, nodelay=False),
        ],
    ),
    Proxy(
        path="/api/",
        upstream="app",
        cors=Cors(
            origins=["https://studio.rig.test", "https://other.rig.test:8443"],
            methods=["GET", "PUT", "POST", "DELETE"],
            headers=["Authorization", "Content-Type"],
            exposed_headers=["X-Total-Count"],
            credentials=True,
            max_age_seconds=600,
        ),
    ),
]
_OTHER_ROUTES = [
    Static(
        path="/assets/",
        root="/srv/app",
        max_age_seconds=31_536_000,
        hashed_names=True,
        immutable=True,
    ),
    Static(path="/docs/", root="/srv/app", max_age_seconds=300, fallback="/docs/index.html"),
    Redirect(path="/old/", to="/new/", status=301),
    Redirect(path="/elsewhere/", to="https://other.rig.test", keep_path=True, status=308),
    FixedResponse(path="/robots.txt", match="exact", body="User-agent: *"),
    FixedResponse(path="/gone/", status=410, denied_networks=["203.0.113.0/24"]),
    Proxy(
        path="/admin/",
        upstream="app",
        allowed_networks=["127.0.0.1/32", "10.0.0.0/8"],
        denied_networks=["10.9.0.0/16"],
    ),
]
_POLICY = ContentPolicy(
    object_storage_origins=["https://storage.rig.test"],
    websocket_origins=["wss://live.rig.test"],
    analytics_origins=["https://analytics.rig.test"],
    api_origins=["https://api.rig.test"],
    script_origins=["https://scripts.rig.test"],
    style_origins=["https://styles.rig.test"],
    font_origins=["https://fonts.rig.test"],
    frame_origins=["https://player.rig.test"],
    embedding_origins=["https://partner.rig.test"],
    form_origins=["https://pay.rig.test"],
    script_hashes=["sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
    inline_styles=True,
    data_images=True,
    report_url="https://reports.rig.test/csp",
)


def _app() -> Site:
    return Site(
        name="app",
        domains=["app.rig.test", "app2.rig.test"],
        redirected_domains=["www.app.rig.test"],
        certificate=SelfSigned(lifetime_days=90),
        routes=[*_PROXIES, *_OTHER_ROUTES],
        health_paths=["/health", "/api/status"],
        client_max_body_mib=2,
        connection_limits=[ConnectionLimit(zone="clients", connections=100)],
        denied_networks=["198.51.100.0/24"],
        hsts_max_age_seconds=31_536_000,
        hsts_include_subdomains=True,
        hsts_preload=True,
        content_policy=_POLICY,
        allowed_features=["fullscreen", "microphone"],
        error_pages=[ErrorPage(statuses=[502, 504], page="<!doctype html><title>Away</title><p>Back soon.")],
    )


def _media() -> Site:
    """A site that only reads for now, except from one network."""
    return Site(
        name="media",
        domains=["media.rig.test"],
        routes=[Static(root="/srv/media", max_age_seconds=3600), Proxy(path="/write/", upstream="app")],
        denied_networks=["198.51.100.0/24"],
        content_policy=ContentPolicy(report_only=True),
        mode="read_only",
        maintenance=Maintenance(retry_after_seconds=120, allowed_networks=["192.0.2.7/32"]),
    )


def _closed() -> Site:
    """A site that is being worked on, whose application sends its own policy."""
    return Site(
        name="closed",
        domains=["closed.rig.test"],
        routes=[Proxy(upstream="app", essential=False)],
        content_policy=None,
        mode="maintenance",
        maintenance=Maintenance(page="<!doctype html><title>Closed</title><p>Closed for now."),
    )
