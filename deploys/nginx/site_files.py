"""The files of each site, and its name over TLS."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.nginx.auth import folder, password_files
from deploys.nginx.locations import SiteView, page_file
from deploys.nginx.settings import NginxSettings
from rigwright.desired import Desired, File, TlsName
from rigwright.desired.render import render

FOLDER = "nginx/etc/nginx"


def sites(settings: NginxSettings) -> Desired:
    """Every site."""
    views = [SiteView(site, settings) for site in settings.sites]
    auths = {one.auth[0]: one.auth[1] for view in views for one in view.locations if one.auth}
    return Desired(
        "nginx",
        files=(*(file for view in views for file in _files(view)), *password_files(tuple(auths.items()))),
        directories=(folder(),) if auths else (),
        tls_names=tuple(_tls_names(settings)),
    )


def _files(view: SiteView) -> Iterator[File]:
    site = view.site
    headers = render(f"{FOLDER}/includes/_headers.conf.j2", view=view)
    yield File(f"/etc/nginx/includes/headers_{site.name}.conf", headers)
    server = render(f"{FOLDER}/sites-enabled/_site.conf.j2", view=view, site=site)
    yield File(f"/etc/nginx/sites-enabled/{site.name}.conf", server)
    for page in site.error_pages:
        yield File(page_file(site.name, page.statuses[0]), page.page.encode())
    if site.mode != "normal":
        own = site.maintenance.page
        plain = render(f"{FOLDER}/pages/_maintenance.html")
        yield File(page_file(site.name, 503), own.encode() if own else plain)


def _tls_names(settings: NginxSettings) -> Iterator[TlsName]:
    """The first domain of each site, at an address where the host itself reaches it."""
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, never bound
    address = loopback.get(settings.listen_addresses[0], settings.listen_addresses[0])
    for site in settings.sites:
        domain = site.domains[0].replace("*", "any", 1)
        yield TlsName(site.name, domain, address, settings.https_port)
