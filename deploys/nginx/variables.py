"""nginx variables that a site computes: who is held back, and which origin may read a response."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from deploys.nginx.headers import Cors
from deploys.nginx.sites import Site

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Variable:
    """A ``geo`` or ``map`` block: the value of a variable by client network, or by another variable."""

    kind: Literal["geo", "map"]
    source: str
    name: str
    default: str
    entries: tuple[tuple[str, str], ...]

    @property
    def head(self) -> str:
        """What stands before the brace."""
        return " ".join(word for word in (self.kind, self.source, f"${self.name}") if word)


def denied(name: str, allowed: Sequence[str], refused: Sequence[str]) -> Variable | None:
    """1 for a client that may not use it; None when every client may."""
    if not (allowed or refused):
        return None
    entries = (*((network, "0") for network in allowed), *((network, "1") for network in refused))
    return Variable("geo", "", name, "1" if allowed else "0", entries)


def held_back(site: Site) -> tuple[Variable, ...]:
    """The last is 1 for a request that the site's mode holds back. Empty in the mode ``normal``."""
    if site.mode == "normal":
        return ()
    exempt = tuple((network, "0") for network in site.maintenance.allowed_networks)
    visitor = Variable("geo", "", f"visitor_{site.variable}", "1", exempt)
    if site.mode != "read_only":
        return (visitor,)
    safe = tuple((f'"1 {method}"', "0") for method in SAFE_METHODS)
    source = f'"$visitor_{site.variable} $request_method"'
    return (visitor, Variable("map", source, f"writer_{site.variable}", "1", (('"~^0 "', "0"), *safe)))


def cors_headers(cors: Cors | None) -> Iterator[tuple[str, str, str]]:
    """The headers for an allowed origin: header, name of its variable, value."""
    if cors is None:
        return
    yield "Access-Control-Allow-Methods", "methods", ", ".join(cors.methods)
    yield "Access-Control-Max-Age", "max_age", str(cors.max_age_seconds)
    if cors.headers:
        yield "Access-Control-Allow-Headers", "headers", ", ".join(cors.headers)
    if cors.exposed_headers:
        yield "Access-Control-Expose-Headers", "exposed", ", ".join(cors.exposed_headers)
    if cors.credentials:
        yield "Access-Control-Allow-Credentials", "credentials", "true"


def cors_variables(cors: Cors, suffix: str) -> Iterator[Variable]:
    """The allowed origin, and each header's value if the origin is allowed; else empty, which sends none."""
    origins = tuple((f'"{origin}"', f'"{origin}"') for origin in cors.origins)
    yield Variable("map", "$http_origin", f"cors_origin_{suffix}", '""', origins)
    for _, name, value in cors_headers(cors):
        none = (('""', '""'),)
        yield Variable("map", f"$cors_origin_{suffix}", f"cors_{name}_{suffix}", f'"{value}"', none)
