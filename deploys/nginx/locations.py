"""A site as its template needs it: every decision is made here, and the template only writes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from deploys.nginx.auth import BasicAuth, auth_file
from deploys.nginx.headers import FEATURES
from deploys.nginx.limits import ConnectionLimit, RateLimit
from deploys.nginx.routes import AnyRoute, FixedResponse, LimitedRoute, Proxy, Redirect, Static
from deploys.nginx.settings import NginxSettings
from deploys.nginx.sites import Site
from deploys.nginx.upstreams import Upstream
from deploys.nginx.variables import Variable, cors_headers, cors_variables, denied, held_back

Limit = TypeVar("Limit", bound=RateLimit | ConnectionLimit)

ROOT = FixedResponse(path="/", status=404)


@dataclass(frozen=True)
class Guard:
    """Requests for which the variable is set get this status."""

    variable: str
    status: int


@dataclass(frozen=True)
class Location:
    """A route with all that applies to it."""

    route: AnyRoute
    variables: tuple[Variable, ...]
    guards: tuple[Guard, ...]
    cors_origin: str | None
    cors_headers: tuple[tuple[str, str], ...]
    rate_limits: tuple[RateLimit, ...]
    connection_limits: tuple[ConnectionLimit, ...]
    fallback: str | None = None
    auth: tuple[str, BasicAuth] | None = None
    upstream: Upstream | None = None

    @property
    def limited(self) -> bool:
        """Whether nginx applies limits to it at all."""
        return isinstance(self.route, LimitedRoute)

    @property
    def proxy(self) -> Proxy | None:
        """The route, when it passes requests on."""
        return self.route if isinstance(self.route, Proxy) else None

    @property
    def static(self) -> Static | None:
        """The route, when it serves files."""
        return self.route if isinstance(self.route, Static) else None

    @property
    def redirect(self) -> Redirect | None:
        """The route, when it sends clients elsewhere."""
        return self.route if isinstance(self.route, Redirect) else None

    @property
    def response(self) -> FixedResponse | None:
        """The route, when it returns a fixed text."""
        return self.route if isinstance(self.route, FixedResponse) else None


@dataclass(frozen=True)
class Page:
    """A page that stands for status codes: where clients would see it, and where it stands on the host."""

    statuses: str
    path: str
    file: str
    retry_after_seconds: int | None = None


@dataclass(frozen=True)
class SiteView:
    """What the template of a site writes down."""

    site: Site
    nginx: NginxSettings

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Variables of the whole site."""
        own = denied(f"denied_{self.site.variable}", self.site.allowed_networks, self.site.denied_networks)
        return (*((own,) if own else ()), *held_back(self.site))

    @property
    def locations(self) -> tuple[Location, ...]:
        """Every route, in the order of the settings; what no route takes gets status 404."""
        whole = any((route.path, route.match) == ("/", "prefix") for route in self.site.routes)
        routes = self.site.routes if whole else (*self.site.routes, ROOT)
        return tuple(self._location(number, route) for number, route in enumerate(routes, 1))

    def _location(self, number: int, route: AnyRoute) -> Location:
        suffix = f"{number}_{self.site.variable}"
        own = denied(f"denied_{suffix}", route.allowed_networks, route.denied_networks)
        limited = route if isinstance(route, LimitedRoute) else None
        cors = limited.cors if limited else None
        return Location(
            route=route,
            variables=(*((own,) if own else ()), *(cors_variables(cors, suffix) if cors else ())),
            guards=tuple(self._guards(own, route)),
            cors_origin=f"cors_origin_{suffix}" if cors else None,
            cors_headers=tuple((name, f"cors_{part}_{suffix}") for name, part, _ in cors_headers(cors)),
            rate_limits=_merged(self.site.rate_limits, limited.rate_limits) if limited else (),
            connection_limits=_merged(self.site.connection_limits, limited.connection_limits)
            if limited
            else (),
            auth=self._auth(number, limited) if limited else None,
            upstream=self._upstream(route),
            fallback=self._fallback(route) if isinstance(route, Static) else None,
        )

    def _fallback(self, route: Static) -> str | None:
        """The last arguments of ``try_files``.

        A path that leads back to the same route would go round for ever where its file is missing.
        """
        if route.fallback is None or self.site.route_for(route.fallback) is not route:
            return route.fallback
        return f"{route.fallback} =404"

    def _auth(self, number: int, route: LimitedRoute) -> tuple[str, BasicAuth] | None:
        """The file of passwords, and who is in it."""
        if route.basic_auth is None:
            own = self.site.basic_auth
            return (auth_file(self.site.name), own) if own else None
        return None if route.basic_auth == "off" else (auth_file(self.site.name, number), route.basic_auth)

    def _upstream(self, route: AnyRoute) -> Upstream | None:
        name = route.upstream if isinstance(route, Proxy) else None
        return next((one for one in self.nginx.upstreams if one.name == name), None)

    def _guards(self, own: Variable | None, route: AnyRoute) -> Iterator[Guard]:
        shared = denied(f"denied_{self.site.variable}", self.site.allowed_networks, self.site.denied_networks)
        yield from (Guard(variable.name, 403) for variable in (shared, own) if variable)
        if self.site.mode != "normal" and (self.site.mode != "shed" or not route.essential):
            yield Guard(held_back(self.site)[-1].name, 503)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers of every response, errors included."""
        return tuple(self._headers())

    def _headers(self) -> Iterator[tuple[str, str]]:
        site = self.site
        hsts = f"max-age={site.hsts_max_age_seconds}"
        hsts += "; includeSubDomains" if site.hsts_include_subdomains else ""
        yield "Strict-Transport-Security", hsts + ("; preload" if site.hsts_preload else "")
        yield "X-Content-Type-Options", "nosniff"
        yield "Referrer-Policy", "strict-origin-when-cross-origin"
        yield "Cross-Origin-Opener-Policy", "same-origin"
        rights = (f"{name}=({'self' if name in site.allowed_features else ''})" for name in FEATURES)
        yield "Permissions-Policy", ", ".join(rights)
        if site.content_policy:
            yield site.content_policy.header, site.content_policy.value(self._own_websockets())
        if self.nginx.http3:
            yield "Alt-Svc", f'h3=\\":{self.nginx.https_port}\\"; ma=86400'

    def _own_websockets(self) -> tuple[str, ...]:
        """Browsers do not agree that 'self' covers websockets, so they are named."""
        sockets = any(isinstance(route, Proxy) and route.websocket for route in self.site.routes)
        return tuple(f"wss://{name}{self.nginx.port_suffix}" for name in self.site.domains) if sockets else ()

    @property
    def https_target(self) -> str:
        """Where HTTP redirects to."""
        return f"https://$host{self.nginx.port_suffix}$request_uri"

    @property
    def canonical_target(self) -> str:
        """Where the redirected domains lead."""
        return f"https://{self.site.domains[0]}{self.nginx.port_suffix}$request_uri"

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages that stand for status codes."""
        held = self._page([503], self.site.maintenance.retry_after_seconds)
        own = (self._page(page.statuses) for page in self.site.error_pages)
        return (*(() if self.site.mode == "normal" else (held,)), *own)

    def _page(self, statuses: Sequence[int], retry_after_seconds: int | None = None) -> Page:
        return Page(
            statuses=" ".join(map(str, statuses)),
            path=f"/_error_{statuses[0]}.html",
            file=page_file(self.site.name, statuses[0]),
            retry_after_seconds=retry_after_seconds,
        )


def page_file(site: str, status: int) -> str:
    """Where the page for a status stands on the host."""
    return f"/etc/nginx/pages/{site}_{status}.html"


def _merged(of_site: Sequence[Limit], of_route: Sequence[Limit]) -> tuple[Limit, ...]:
    """All of them; where both limit by one zone, the route's."""
    own = {limit.zone for limit in of_route}
    return (*(limit for limit in of_site if limit.zone not in own), *of_route)
