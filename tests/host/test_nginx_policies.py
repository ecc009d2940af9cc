"""Whom a site's responses are for: content policy, other origins and networks, as this machine meets them."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from deploys.nginx.routes import AnyRoute, LimitedRoute
from deploys.nginx.settings import ContentPolicy, Cors, NginxSettings, Site
from tests.support import probed
from tests.support.web import Web, unverified

EVIL = "https://evil.example"
NOWHERE = "/no-such-path-for-certain"
PLACES = {
    "object_storage_origins": ("img-src", "media-src", "connect-src"),
    "websocket_origins": ("connect-src",),
    "analytics_origins": ("script-src", "img-src", "connect-src"),
    "api_origins": ("connect-src",),
    "script_origins": ("script-src",),
    "style_origins": ("style-src",),
    "font_origins": ("font-src",),
    "frame_origins": ("frame-src",),
    "embedding_origins": ("frame-ancestors",),
    "form_origins": ("form-action",),
}
"""The directives of the policy in which each setting's origins stand."""


@pytest.fixture
def https(address: str, nginx: NginxSettings) -> Web:
    return Web(address, nginx.https_port, unverified())


@pytest.fixture
def sites(nginx: NginxSettings) -> tuple[Site, ...]:
    if not nginx.sites:
        pytest.skip("the inventory has no site for this host")
    return tuple(nginx.sites)


def test_every_site_sends_the_content_policy_of_the_inventory(
    https: Web, nginx: NginxSettings, sites: tuple[Site, ...]
) -> None:
    if all(site.content_policy is None for site in sites):
        pytest.skip("no site of the inventory has a policy of its own")
    for site, policy in ((site, site.content_policy) for site in sites if site.content_policy):
        reply = https.request(site.domains[0], NOWHERE)
        reports, blocks = "content-security-policy-report-only", "content-security-policy"
        assert reply.all(blocks if policy.report_only else reports) == []
        text = reply.one(reports if policy.report_only else blocks)
        output = {one.split()[0]: set(one.split()[1:]) for one in text.split(";")}
        own = {f"wss://{name}{suffix(nginx)}" for name in site.domains}
        for directive in {place for places in PLACES.values() for place in places}:
            found = {one for one in output[directive] if "://" in one} - own
            assert found == origins(policy, directive), (site.name, directive)
        keywords = {one for words in output.values() for one in words if one[0] == "'" or one.endswith(":")}
        hashes = {f"'{one}'" for one in policy.script_hashes}
        inline = {"'unsafe-inline'"} if policy.inline_styles else set()
        data = {"data:", "blob:"} if policy.data_images else set()
        assert keywords - {"'self'", "'none'"} == hashes | inline | data, site.name
        assert "'unsafe-inline'" not in output["script-src"]
        assert output["object-src"] == {"'none'"}
        assert output["default-src"] == output["base-uri"] == {"'self'"}
        assert output.get("report-uri", set()) == ({str(policy.report_url)} if policy.report_url else set())


def origins(policy: ContentPolicy, directive: str) -> set[str]:
    """Every other origin that the settings name for a directive."""
    named = (getattr(policy, setting) for setting, places in PLACES.items() if directive in places)
    return {str(one) for some in named for one in some}


def suffix(nginx: NginxSettings) -> str:
    return "" if nginx.https_port == 443 else f":{nginx.https_port}"


def cross_origin(sites: tuple[Site, ...]) -> Iterator[tuple[Site, AnyRoute, Cors]]:
    """Routes that scripts of other origins may read."""
    for site in sites:
        for route in site.routes:
            if isinstance(route, LimitedRoute) and route.cors and site.mode in ("normal", "read_only"):
                yield site, route, route.cors


def test_only_the_origins_of_the_inventory_may_read_a_route(
    host: Any, https: Web, sites: tuple[Site, ...]
) -> None:
    """By what a browser sends before such a request: nginx replies to it, and no application need run."""
    own = probed.source(host, https.address)
    found = [one for one in cross_origin(sites) if lets_in(one[0], own) and lets_in(one[1], own)]
    if not found:
        pytest.skip("no route of the inventory that this machine reaches is for other origins")
    for site, route, cors in found:
        for origin in (*cors.origins, EVIL):
            words = {"Origin": str(origin), "Access_Control_Request_Method": cors.methods[0]}
            reply = https.request(site.domains[0], route.path, "OPTIONS", **words)  # type: ignore[arg-type]
            given = {
                name: sorted(
                    part.strip() for value in reply.all(f"access-control-{name}") for part in value.split(",")
                )
                for name in ("allow-origin", "allow-methods", "allow-headers", "allow-credentials", "max-age")
            }
            expected: dict[str, list[str]] = {name: [] for name in given}
            if origin != EVIL:
                expected = {
                    "allow-origin": [str(origin)],
                    "allow-methods": sorted(cors.methods),
                    "allow-headers": sorted(cors.headers),
                    "allow-credentials": ["true"] if cors.credentials else [],
                    "max-age": [str(cors.max_age_seconds)],
                }
            assert given == expected, (site.name, route.path, origin)


def test_this_machine_is_let_in_only_where_the_inventory_lets_its_network(
    host: Any, https: Web, sites: tuple[Site, ...]
) -> None:
    """It is another host. A 403 is nginx's own where the log names no application that was asked."""
    own = probed.source(host, https.address)
    limited = [(site, route) for site in sites for route in site.routes if lists(site, route)]
    if not limited:
        pytest.skip("no route of the inventory is for some networks only")
    for site, route in limited:
        path = route.path if route.match == "exact" else f"{route.path}{secrets.token_hex(8)}"
        expected = all(lets_in(one, own) for one in (site, route))
        status = https.request(site.domains[0], path).status
        if status == 403 and expected:
            logged = host.check_output(f'grep -F \'"path":"{path}"\' /var/log/nginx/access.log | tail -n 1')
            status = 403 if '"upstream_addr":""' in logged else 200
        assert (status != 403) == expected, (site.name, route.path, str(own), status)


def lists(site: Site, route: AnyRoute) -> bool:
    return any((site.allowed_networks, site.denied_networks, route.allowed_networks, route.denied_networks))


def lets_in(one: Site | AnyRoute, own: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """By the most specific network that the address is in; without one, unless only some are allowed."""
    named = [(net, True) for net in one.allowed_networks] + [(net, False) for net in one.denied_networks]
    fitting = [
        (ipaddress.ip_network(net).prefixlen, let) for net, let in named if own in ipaddress.ip_network(net)
    ]
    return max(fitting)[1] if fitting else not one.allowed_networks
