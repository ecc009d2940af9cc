"""A site: its names, its certificate, and what it does with each path."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from typing_extensions import Self

from deploys.nginx.auth import BasicAuth
from deploys.nginx.caches import HEALTH_NAMES
from deploys.nginx.certificates import Acme, Certificate, Lineage, SelfSigned
from deploys.nginx.headers import ContentPolicy, Feature
from deploys.nginx.idn import SiteDomain
from deploys.nginx.limits import ConnectionLimit, RateLimit
from deploys.nginx.routes import AnyRoute, Proxy, Static
from deploys.nginx.values import UrlPath
from rigwright.settings.addresses import Network
from rigwright.settings.base import Many, Name, Settings
from rigwright.settings.text_or_file import text_or_file

YEAR_SECONDS = 31_536_000
Html = Annotated[str, BeforeValidator(text_or_file("<", "HTML text")), AfterValidator(str)]


class ErrorPage(Settings):
    """A page in place of nginx's own, for errors of nginx itself. The application's pass."""

    statuses: Annotated[Many[Literal[403, 404, 405, 413, 414, 429, 500, 502, 504]], Field(min_length=1)]
    """Status codes that it stands for. 503 is ``Maintenance.page``."""

    page: Html
    """The page, as HTML text or the path of a file in the repository."""


class Maintenance(Settings):
    """What visitors see while the site's mode holds requests back."""

    retry_after_seconds: Annotated[int, Field(ge=1, le=604_800)] = 600
    """When clients and crawlers should come again."""

    allowed_networks: Many[Network] = ()
    """Client networks that the site serves as usual, in every mode."""

    page: Html | None = None
    """The page, as HTML text or the path of a file in the repository; None: a plain one."""


class Site(Settings):
    """A site over HTTPS. HTTP redirects to it."""

    name: Name
    """How files, logs and findings refer to it."""

    domains: Annotated[Many[SiteDomain], Field(min_length=1)]
    """Its names. Its certificate is for all of them. One with letters beyond ASCII, such as
    ``bücher.example``, is written as people write it."""

    redirected_domains: Many[SiteDomain] = ()
    """Names that redirect to the first of ``domains``. The certificate is for them too."""

    certificate: Certificate = SelfSigned()
    """Where its certificate comes from. Self-signed by default, so that a new site serves HTTPS at once."""

    routes: Annotated[Many[AnyRoute], Field(min_length=1)]
    """What it does with each path. Where no route is, it returns 404."""

    health_paths: Many[UrlPath] = ()
    """Paths that load balancers and release gates request. They are never cached, however they are routed."""

    client_max_body_mib: Annotated[int, Field(ge=1, le=1_048_576)] = 1
    """Largest request body in MiB; a larger one gets status 413."""

    rate_limits: Many[RateLimit] = ()
    """Rate limits of every route that passes requests on or serves files."""

    connection_limits: Many[ConnectionLimit] = ()
    """Connection limits of every route that passes requests on or serves files."""

    allowed_networks: Many[Network] = ()
    """Client networks that may use the site; empty: all. The most specific network decides."""

    denied_networks: Many[Network] = ()
    """Client networks that may not: they get 403. The most specific network decides."""

    basic_auth: BasicAuth | None = None
    """Passwords for every route that passes requests on or serves files; None: none."""

    hsts_max_age_seconds: Annotated[int, Field(ge=0, le=126_144_000)] = 63_072_000
    """How long browsers insist on HTTPS (Mozilla's guideline: two years). 0 makes them forget it."""

    hsts_include_subdomains: bool = False
    """Browsers insist on HTTPS for all subdomains too: only when each of them has it."""

    hsts_preload: bool = False
    """Consent to browsers' built-in lists, which take months to leave."""

    content_policy: ContentPolicy | None = ContentPolicy()
    """The content security policy. None sends none: the application sends its own."""

    allowed_features: Many[Feature] = ()
    """Browser features that the site's own pages may use; every other is denied by Permissions-Policy."""

    mode: Literal["normal", "read_only", "shed", "maintenance"] = "normal"
    """``read_only`` returns 503 for methods that write, ``shed`` for routes that are not essential,
    ``maintenance`` for everything."""

    maintenance: Maintenance = Maintenance()
    """What visitors see in a mode other than ``normal``."""

    error_pages: Many[ErrorPage] = ()
    """Own pages for errors of nginx's."""

    @property
    def certificate_folder(self) -> str:
        """Where certificate and key stand; each source has its own, so that none overwrites another."""
        if isinstance(self.certificate, Lineage):
            return self.certificate.folder
        return f"/etc/nginx/tls/{self.name}/{self.certificate.source}"

    @property
    def variable(self) -> str:
        """The end of the names of its variables, in which nginx takes no hyphen and no capital."""
        return self.name.lower().replace("-", "_")

    @property
    def challenge_root(self) -> str | None:
        """Where proofs of its renewal are; None: where those of ours are."""
        return self.certificate.webroot if isinstance(self.certificate, Lineage) else None

    @property
    def server_names(self) -> tuple[str, ...]:
        """Every name that its certificate is for."""
        return (*self.domains, *self.redirected_domains)

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        if len(set(self.server_names)) < len(self.server_names):
            raise ValueError("a domain is named twice: leave one out")
        by_http = isinstance(self.certificate, Acme) and self.certificate.dns is None
        if by_http and any("*" in name for name in self.server_names):
            raise ValueError(
                "an ACME authority proves wildcards by DNS only: set dns of Acme, or name each domain"
            )
        if self.redirected_domains and "*" in self.domains[0]:
            raise ValueError("redirected_domains lead to the first of domains, which must be no wildcard")
        statuses = [status for page in self.error_pages for status in page.statuses]
        if len(set(statuses)) < len(statuses):
            raise ValueError("error_pages: a status has two pages: leave one out")
        return self

    @model_validator(mode="after")
    def _one_route_for_each_path(self) -> Self:
        paths = [(route.path, route.match) for route in self.routes]
        twice = sorted({path for path, match in paths if paths.count((path, match)) > 1})
        if twice:
            raise ValueError(f"two routes for {', '.join(twice)}: leave one out")
        return self

    @model_validator(mode="after")
    def _hsts_that_browsers_take(self) -> Self:
        long_enough = self.hsts_max_age_seconds >= YEAR_SECONDS
        if self.hsts_preload and not (self.hsts_include_subdomains and long_enough):
            raise ValueError(
                "hsts_preload needs hsts_include_subdomains=True and a max age of a year or more"
            )
        return self

    @model_validator(mode="after")
    def _health_is_never_cached(self) -> Self:
        named = {route.path for route in self.routes if route.path.rstrip("/").split("/")[-1] in HEALTH_NAMES}
        for path in sorted({*self.health_paths, *named}):
            route = self.route_for(path)
            if isinstance(route, Proxy) and route.cache:
                raise ValueError(
                    f"{path} is a health check and would be cached by the route {route.path}: "
                    "a cached response hides an outage; give it a route of its own without cache"
                )
        return self

    @model_validator(mode="after")
    def _fallbacks_end(self) -> Self:
        for first in self.routes:
            route, passed = first, [first.path]
            while isinstance(route, Static) and route.fallback:
                following = self.route_for(route.fallback)
                if following is None or following is route:
                    break
                passed.append(following.path)
                if passed.count(following.path) > 1:
                    raise ValueError(f"fallback goes round: {' to '.join(passed)}; give one of them none")
                route = following
        return self

    def route_for(self, path: str) -> AnyRoute | None:
        """The route that nginx takes for a path."""
        taking = [route for route in self.routes if route.takes(path)]
        return max(taking, key=lambda route: (route.match == "exact", len(route.path)), default=None)
