"""What a site does with a path: pass it on, serve files, redirect, or return a fixed response."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.nginx.auth import BasicAuth
from deploys.nginx.headers import Cors
from deploys.nginx.limits import ConnectionLimit, RateLimit
from deploys.nginx.values import FilePath, PlainText, Url, UrlPath
from rigwright.settings.addresses import Network
from rigwright.settings.base import Many, Name, Settings

Seconds = Annotated[int, Field(ge=1, le=86_400)]


class Route(Settings):
    """A path of a site. The longest matching path wins, an exact one before any prefix."""

    path: UrlPath = "/"
    """The path. As a prefix it ends with ``/``, because ``/api`` would match ``/apiary`` too."""

    match: Literal["prefix", "exact"] = "prefix"
    """Whether the path stands for everything below it, or for itself alone."""

    allowed_networks: Many[Network] = ()
    """Client networks that may use it; empty: all. The most specific network decides."""

    denied_networks: Many[Network] = ()
    """Client networks that may not: they get 403. The most specific network decides."""

    essential: bool = True
    """False: the mode ``shed`` returns 503 for it, to keep the rest alive."""

    @model_validator(mode="after")
    def _whole_segments(self) -> Self:
        if self.match == "prefix" and not self.path.endswith("/"):
            raise ValueError('a prefix must end with "/": write the path so, or set match="exact"')
        return self

    @property
    def location(self) -> str:
        """The argument of ``location``."""
        return f"= {self.path}" if self.match == "exact" else self.path

    def takes(self, path: str) -> bool:
        """Whether it matches the path, if no better one does."""
        return path == self.path or (self.match == "prefix" and path.startswith(self.path))


class LimitedRoute(Route):
    """A route whose requests can be limited: nginx never limits what it sends by ``return``."""

    rate_limits: Many[RateLimit] = ()
    """Rate limits besides those of the site; for a zone that the site limits too, in their place."""

    connection_limits: Many[ConnectionLimit] = ()
    """Connection limits besides those of the site; for a zone of both, in their place."""

    cors: Cors | None = None
    """Other origins whose scripts may read its responses; None: none."""

    basic_auth: BasicAuth | Literal["off"] | None = None
    """Passwords in place of the site's; ``"off"``: none, such as for a health check; None: the site's."""


class RouteCache(Settings):
    """nginx caches responses, and sends them to every client.

    Responses that set a cookie or forbid it by Cache-Control are never cached,
    nor are those to requests with an Authorization header and to health checks.
    """

    zone: Name
    """Name of the cache."""

    valid_seconds: Seconds = 60
    """How long a response 200, 301 or 302 is cached that has no such header itself."""

    requests_with_cookies: bool = False
    """Also serve requests with cookies from the cache: only where cookies never change a response."""

    @property
    def never(self) -> str:
        """Variables of which any that is set keeps a request away from the cache."""
        cookies = "" if self.requests_with_cookies else " $http_cookie"
        return f"$is_health_check $http_authorization{cookies}"


class Proxy(LimitedRoute):
    """Pass requests to an upstream. The path arrives as the client wrote it."""

    upstream: Name
    """Name of the upstream."""

    websocket: bool = False
    """Let clients switch to a websocket."""

    connect_timeout_seconds: Annotated[int, Field(ge=1, le=75)] = 5
    """How long an instance may take to accept a connection before the next is tried."""

    read_timeout_seconds: Seconds = 60
    """The longest silence of an instance within a response; of a websocket, the longest silence at all."""

    send_timeout_seconds: Seconds = 60
    """The longest that an instance may stop taking a request."""

    buffering: bool = True
    """Read the response at the instance's speed and send it at the client's. False for event streams."""

    client_max_body_mib: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    """Largest request body in MiB; None: the site's."""

    cache: RouteCache | None = None
    """Cache its responses; None: never."""

    @model_validator(mode="after")
    def _caches_what_can_be_cached(self) -> Self:
        if self.cache and self.websocket:
            raise ValueError("a websocket cannot be cached: give it a route of its own without cache")
        if self.cache and not self.buffering:
            raise ValueError("nginx caches only what it buffers: set buffering=True or leave cache out")
        return self


class Static(LimitedRoute):
    """Serve files: ``<root><path>``."""

    root: FilePath
    """Directory that the whole path of the request is looked up in.
    Names that begin with a dot are never served, except ``.well-known``.
    It may not be below ``/home``, ``/root`` or ``/run/user``, which are hidden from nginx."""

    max_age_seconds: Annotated[int, Field(ge=0, le=31_536_000)] = 0
    """How long browsers may use a file without a request. 0: they cache it, and revalidate each time."""

    hashed_names: bool = False
    """Every file's name holds a hash of its content, as a bundler writes it."""

    immutable: bool = False
    """Browsers never revalidate. Only with ``hashed_names``."""

    fallback: UrlPath | None = None
    """Served where no file is, such as ``/index.html`` for an application that routes in the browser;
    None: 404."""

    @model_validator(mode="after")
    def _cache_rules_that_hold(self) -> Self:
        if self.immutable and not self.hashed_names:
            raise ValueError(
                "immutable stops browsers from revalidating: only names that change with their content "
                "may have it; set hashed_names=True if they do, or use max_age_seconds alone"
            )
        if self.immutable and not self.max_age_seconds:
            raise ValueError("immutable needs max_age_seconds, such as 31536000 (a year)")
        if self.immutable and self.fallback:
            raise ValueError("fallback has no hash in its name: serve hashed names by a route of their own")
        if self.root.startswith(("/home/", "/root/", "/run/user/")):
            raise ValueError("nginx cannot see /home, /root and /run/user: put the files below /srv")
        return self

    @property
    def cache_control(self) -> str:
        """The value of Cache-Control; ``expires`` would add a second one."""
        if not self.max_age_seconds:
            return "no-cache"
        return f"public, max-age={self.max_age_seconds}" + (", immutable" if self.immutable else "")


class Redirect(Route):
    """Send clients elsewhere."""

    to: Url | UrlPath
    """The new address, or a path on the same site."""

    keep_path: bool = False
    """Append the path and query of the request."""

    status: Literal[301, 302, 303, 307, 308] = 302
    """301 and 308 are remembered by browsers for good; 307 and 308 keep the method."""

    @property
    def target(self) -> str:
        """The argument of ``return``."""
        return self.to.rstrip("/") + "$request_uri" if self.keep_path else self.to


class FixedResponse(Route):
    """Return a fixed text. Rate limits do not apply: nginx returns it before it counts."""

    status: Literal[200, 204, 400, 401, 403, 404, 405, 410, 451, 503] = 200
    """Status code."""

    body: PlainText = ""
    """The text, sent as ``text/plain``."""

    @property
    def arguments(self) -> str:
        """The arguments of ``return``."""
        return f'{self.status} "{self.body}"' if self.body else str(self.status)


AnyRoute = Proxy | Static | Redirect | FixedResponse
