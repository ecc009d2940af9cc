"""Whether what a site names is there, and whether what is there is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deploys.nginx.caches import Cache
from deploys.nginx.limits import ConnectionZone, RateZone
from deploys.nginx.routes import LimitedRoute, Proxy
from deploys.nginx.sites import Site
from deploys.nginx.upstreams import Upstream


def check(
    sites: Sequence[Site],
    *,
    upstreams: Sequence[Upstream],
    rate_zones: Sequence[RateZone],
    connection_zones: Sequence[ConnectionZone],
    caches: Sequence[Cache],
) -> None:
    """Compare the names in sites and their routes with what there is.

    Raises:
        ValueError: One names what is not there, nothing names what is, or two limits are the same.
    """
    routes = [route for site in sites for route in site.routes]
    limited = [*sites, *(route for route in routes if isinstance(route, LimitedRoute))]
    proxies = [route for route in routes if isinstance(route, Proxy)]
    for item in limited:
        for limits in (item.rate_limits, item.connection_limits):
            if twice := repeated(limit.zone for limit in limits):
                raise ValueError(f"limited twice by the zone {', '.join(twice)}: leave one out")
    rates = {limit.zone for item in limited for limit in item.rate_limits}
    connections = {limit.zone for item in limited for limit in item.connection_limits}
    _match("upstreams", upstreams, {route.upstream for route in proxies})
    _match("rate_zones", rate_zones, rates)
    _match("connection_zones", connection_zones, connections)
    _match("caches", caches, {route.cache.zone for route in proxies if route.cache})


def repeated(values: Iterable[object]) -> list[str]:
    """What is there more than once, as text, sorted."""
    seen = list(values)
    return sorted({str(value) for value in seen if seen.count(value) > 1})


def _match(
    field: str, defined: Iterable[Upstream | RateZone | ConnectionZone | Cache], used: set[str]
) -> None:
    names = {item.name for item in defined}
    if missing := sorted(used - names):
        raise ValueError(
            f"{field}: routes name {', '.join(missing)}, which is not there: add it, or correct the name"
        )
    if idle := sorted(names - used):
        raise ValueError(f"{field}: no route uses {', '.join(idle)}: use it in a route, or leave it out")
