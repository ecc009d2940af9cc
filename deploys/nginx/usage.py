"""What the first apply would cut or replace of the sites and certificates that a host serves already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploys.nginx.certificates import Lineage
from deploys.nginx.settings import NginxSettings
from rigwright.desired import Usage
from rigwright.desired.program import python
from rigwright.desired.usage import Sockets, Use

NO_NAMES = ("", "_", "localhost", "localhost.localdomain")
LIVE = "/etc/letsencrypt/live/"
DAY_SECONDS = 86_400
MADE_HERE = {
    "self_signed": "a self-signed certificate",
    "acme": "a self-signed certificate until the authority issues another",
}


def usage(nginx: NginxSettings) -> Usage:
    """The survey of what is served, judged by these settings."""
    sites = tuple(
        KnownSite(
            site.name,
            site.server_names,
            site.certificate.source,
            site.certificate.name if isinstance(site.certificate, Lineage) else "",
            site.certificate.webroot if isinstance(site.certificate, Lineage) else None,
            site.hsts_max_age_seconds,
        )
        for site in nginx.sites
    )
    return Usage("sites", python("nginx/programs/usage.py"), NginxJudge(sites))


@dataclass(frozen=True)
class KnownSite:
    """A site of the settings: its names, its certificate, and how long HTTPS is insisted on."""

    name: str
    names: tuple[str, ...]
    source: str
    lineage: str
    webroot: str | None
    hsts_seconds: int


@dataclass(frozen=True)
class NginxJudge:
    """The sites of the settings."""

    sites: tuple[KnownSite, ...]

    def __call__(self, found: Mapping[str, Any], sockets: Sockets) -> Iterator[Use]:
        """Of each name that is served; the package's own default site has none."""
        del sockets
        if found["runs"]:
            yield from self._served(found)
        lineages = {one["name"]: one for one in found["lineages"]}
        for site in self.sites:
            if site.lineage and site.lineage in lineages:
                yield from _renewal(site, lineages[site.lineage])
        if names := found["apache"]:
            yield Use(
                "cut",
                "apache2",
                f"apache2 serves {', '.join(names)}, and keeps the ports: move its sites, and stop it",
            )

    def _served(self, found: Mapping[str, Any]) -> Iterator[Use]:
        by_name: dict[str, tuple[str, str | None]] = {}
        for server in found["servers"]:
            certificate = next(iter(server["certificates"]), None)
            for name in server["names"]:
                if name not in NO_NAMES and (certificate or name not in by_name):
                    by_name[name] = (server["file"], certificate)
        for name, (file, path) in sorted(by_name.items()):
            site = next((one for one in self.sites if _serves(one, name)), None)
            if site is None:
                yield Use(
                    "cut",
                    f"site {name}",
                    f"{name} is served by {file}, and by no site of the inventory: add a Site",
                )
            elif path is None:
                yield from _http_only(site, name)
            else:
                yield from _replaced(site, name, path, found)
        if by_name:
            yield Use("cut", "nginx", "nginx takes the new files by a restart: open connections end")


def _serves(site: KnownSite, name: str) -> bool:
    parent = name.partition(".")[2]
    return name in site.names or f"*.{parent}" in site.names


def _http_only(site: KnownSite, name: str) -> Iterator[Use]:
    days = site.hsts_seconds // DAY_SECONDS
    insists = f", and browsers insist on that for {days} days (hsts_max_age_seconds)" if days else ""
    by = MADE_HERE.get(site.source, "the certificate of the settings")
    yield Use("cut", f"site {name}", f"{name} is served over HTTP, and redirects to HTTPS with {by}{insists}")


def _replaced(site: KnownSite, name: str, path: str, found: Mapping[str, Any]) -> Iterator[Use]:
    """A certificate that clients trust is never replaced by one that they do not."""
    about = found["certificates"].get(path)
    lineage = path.removeprefix(LIVE).partition("/")[0] if path.startswith(LIVE) else ""
    if about is None or about["self_signed"] or (lineage and lineage == site.lineage):
        return
    issuer = about["issuer"] or "an authority"
    if site.source in MADE_HERE:
        webroot = next((one["webroot"] for one in found["lineages"] if one["name"] == lineage), None)
        more = f', webroot="{webroot}"' if webroot else ""
        how = f'certificate=Lineage(name="{lineage}"{more})' if lineage else "certificate=FromFiles(…)"
        days = site.hsts_seconds // DAY_SECONDS
        yield Use(
            "hidden",
            f"certificate of {name}",
            f"the certificate of {name} from {issuer} would be replaced by {MADE_HERE[site.source]}, "
            f"while browsers insist on HTTPS for {days} days: set {how} of the site {site.name}",
        )
    else:
        yield Use(
            "cut",
            f"certificate of {name}",
            f"the certificate of {name} from {issuer} in {path} is replaced by that of the site {site.name}",
        )


def _renewal(site: KnownSite, lineage: Mapping[str, Any]) -> Iterator[Use]:
    name, how = lineage["name"], lineage["authenticator"]
    if how == "webroot" and (lineage["webroot"] or "").rstrip("/") != (site.webroot or ""):
        yield Use(
            "hidden",
            f"renewal of {name}",
            f"the certificate {name} is renewed by files in {lineage['webroot']}, which the site {site.name} "
            f'would not serve: set webroot="{lineage["webroot"]}" in its Lineage',
        )
    elif how in ("standalone", "apache"):
        yield Use(
            "cut",
            f"renewal of {name}",
            f"the certificate {name} is renewed by certbot's {how}, which needs port 80 that nginx has: "
            f"certbot reconfigure --cert-name {name} --webroot",
        )
