"""Rate and connection limits. A client is its address, as ``trusted_proxies`` made it known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from rigwright.desired import Desired
from rigwright.desired.render import render_file
from rigwright.settings.base import Name, Settings


class RateZone(Settings):
    """A shared count of requests for each client address. The refusal is 429."""

    name: Name
    """How rate limits refer to it."""

    requests_per_second: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Sustained requests per second of one address. Give this or ``requests_per_minute``."""

    requests_per_minute: Annotated[int, Field(ge=1, le=59)] | None = None
    """Sustained requests per minute of one address, for slow things such as logins."""

    size_mib: Annotated[int, Field(ge=1, le=1024)] = 10
    """Memory in MiB; one holds about 8,000 IPv6 or 16,000 IPv4 addresses.
    A full zone forgets the oldest address."""

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        if (self.requests_per_second is None) == (self.requests_per_minute is None):
            raise ValueError("give either requests_per_second or requests_per_minute")
        return self

    @property
    def rate(self) -> str:
        """The rate as nginx writes it."""
        per_second = self.requests_per_second
        return f"{per_second}r/s" if per_second else f"{self.requests_per_minute}r/m"


class RateLimit(Settings):
    """A rate zone, applied. What exceeds the rate and the burst gets status 429."""

    zone: Name
    """Name of the rate zone."""

    burst: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Requests beyond the rate that one address may have outstanding."""

    nodelay: bool = True
    """Serve requests of the burst at once. False spaces them out to the rate and holds them open."""

    delay: Annotated[int, Field(ge=1)] | None = None
    """Requests of the burst that are served at once before spacing begins. Needs ``nodelay=False``."""

    @model_validator(mode="after")
    def _delays_that_fit(self) -> Self:
        if self.delay is not None and self.nodelay:
            raise ValueError("delay spaces requests out: set nodelay=False with it")
        if self.delay is not None and self.delay >= self.burst:
            raise ValueError("delay must be smaller than burst, or nothing is ever spaced out")
        return self

    @property
    def arguments(self) -> str:
        """The arguments of ``limit_req``."""
        words = [f"zone={self.zone}"]
        words += [f"burst={self.burst}"] if self.burst else []
        words += ["nodelay"] if self.nodelay and self.burst else []
        words += [f"delay={self.delay}"] if self.delay else []
        return " ".join(words)


class ConnectionZone(Settings):
    """A shared count of simultaneous requests for each client address.

    Over HTTP/2 and HTTP/3 each request in flight counts, not each TCP connection.
    """

    name: Name
    """How connection limits refer to it."""

    size_mib: Annotated[int, Field(ge=1, le=1024)] = 10
    """Memory in MiB; one holds about 16,000 addresses."""


class ConnectionLimit(Settings):
    """A connection zone, applied. What exceeds it gets status 429."""

    zone: Name
    """Name of the connection zone."""

    connections: Annotated[int, Field(ge=1, le=100_000)]
    """Requests that one address may have in flight."""


def limits(rate_zones: Sequence[RateZone], connection_zones: Sequence[ConnectionZone]) -> Desired:
    """The zones in which nginx counts; sites apply them."""
    path = "nginx/etc/nginx/conf.d/limits.conf.j2"
    file = render_file(path, rate_zones=rate_zones, connection_zones=connection_zones)
    return Desired("nginx", files=(file,))
