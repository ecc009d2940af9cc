"""What nginx of a host should be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from deploys.nginx import issuance
from deploys.nginx.exporter import with_exporter
from deploys.nginx.listens import Listens
from deploys.nginx.locations import SiteView, page_file
from deploys.nginx.settings import NginxSettings
from deploys.nginx.sites import HEALTH_NAMES
from deploys.nginx.tls import Tls
from deploys.nginx.versions import VERSIONS, Versions
from rigwright.desired import (
    Absent,
    Activation,
    Check,
    Desired,
    Directory,
    Drain,
    File,
    Probe,
    TlsName,
    Unit,
)
from rigwright.desired.render import render, render_tree
from rigwright.errors import RigError
from rigwright.settings.platform import NAMES, Platform

STATUS_PATH = "/etc/nginx/conf.d/status.conf"
OWNED = ("conf.d", "includes", "pages", "sites-enabled", "upstreams")
BROTLI = ("libnginx-mod-http-brotli-filter", "libnginx-mod-http-brotli-static")
QUIT_MARGIN_SECONDS = 10
LONGEST_DRAIN_SECONDS = 240
"""A websocket may stay for as long as the settings let it; nobody waits for a reboot that long."""
RESTART_ON = ("/etc/systemd/system/nginx.service.d/", "/etc/nginx/includes/listen_")


def desired(settings: NginxSettings, platform: Platform) -> Desired:
    """Everything that nginx wants of a host of this platform.

    Raises:
        RigError: The platform's nginx cannot do what the settings ask.
    """
    versions = platform.choose(VERSIONS)
    _refuse_missing(settings, versions, platform)
    contents = _contents(settings, versions)
    from_files = tuple(issuance.files(settings))
    digest = configuration_digest(contents, from_files)
    contents[STATUS_PATH] = render("nginx/etc/nginx/conf.d/_status.conf.j2", nginx=settings, digest=digest)
    certbot = bool(settings.acme)
    wanted = Desired(
        subsystem="nginx",
        packages=(
            *("curl", "logrotate", "nginx", "openssl"),
            *(("certbot",) if certbot else ()),
            *(BROTLI if settings.brotli else ()),
        ),
        versions=versions.prefixes,
        files=(*(File(path, content) for path, content in sorted(contents.items())), *from_files),
        directories=tuple(_directories(settings)),
        absent=(
            Absent("/etc/nginx/sites-enabled/default", package_target="/etc/nginx/sites-available/default"),
        ),
        units=(Unit("nginx.service"), *((Unit("certbot.timer"),) if certbot else ())),
        sockets=settings.listens,
        tls_names=tuple(_tls_names(settings)),
        activations=(Activation("nginx.service", restart_on=RESTART_ON),),
        steps=tuple(issuance.steps(settings)),
        checks=(*issuance.checks(settings), Check("nginx -t", "nginx -t -q")),
        probes=(_runs_this(settings, digest),),
        drains=(_drain(settings),),
    )
    return with_exporter(wanted, settings)


def _refuse_missing(settings: NginxSettings, versions: Versions, platform: Platform) -> None:
    if settings.http3 and not versions.http3:
        raise RigError(
            f"{NAMES[platform.os]} packages nginx {versions.prefixes[0][1]}, which has no HTTP/3",
            setting="nginx.http3",
            next_step="leave http3 out, or use Debian 13",
        )
    if settings.brotli and not versions.brotli:
        raise RigError(
            f"{NAMES[platform.os]} packages no brotli module for nginx",
            setting="nginx.brotli",
            next_step="leave brotli out; gzip compresses for the same clients",
        )


def _contents(settings: NginxSettings, versions: Versions) -> dict[str, bytes]:
    shared = {
        "nginx": settings,
        "versions": versions,
        "listens": Listens(settings, versions),
        "tls": Tls(settings),
        "health_names": "|".join(sorted(HEALTH_NAMES)),
    }
    return {
        **render_tree("nginx", shared),
        **{path: content for site in settings.sites for path, content in _site(SiteView(site, settings))},
        **{
            f"/etc/nginx/upstreams/{upstream.name}.conf": render(
                "nginx/etc/nginx/upstreams/_upstream.conf.j2", upstream=upstream
            )
            for upstream in settings.upstreams
        },
    }


def _drain(settings: NginxSettings) -> Drain:
    """It takes no new request and answers what it has begun; its unit alone cuts that off after 5 s."""
    wait = "while systemctl -q is-active nginx.service; do sleep 0.1; done"
    # --kill-whom= of newer systemds is a name that Ubuntu 22.04 does not know.
    quit_ = "systemctl kill --kill-who=main --signal=QUIT nginx.service"
    limit = min(settings.worker_shutdown_timeout_seconds + QUIT_MARGIN_SECONDS, LONGEST_DRAIN_SECONDS)
    return Drain("nginx.service", "nginx: answer what has begun", f"{quit_} && {wait}", "entry", limit)


def _site(view: SiteView) -> Iterator[tuple[str, bytes]]:
    site, folder = view.site, "nginx/etc/nginx"
    yield (
        f"/etc/nginx/includes/headers_{site.name}.conf",
        render(f"{folder}/includes/_headers.conf.j2", view=view),
    )
    yield (
        f"/etc/nginx/sites-enabled/{site.name}.conf",
        render(f"{folder}/sites-enabled/_site.conf.j2", view=view, site=site),
    )
    for page in site.error_pages:
        yield page_file(site.name, page.statuses[0]), page.page.encode()
    if site.mode != "normal":
        own = site.maintenance.page
        plain = render(f"{folder}/pages/_maintenance.html")
        yield page_file(site.name, 503), own.encode() if own else plain


def _directories(settings: NginxSettings) -> Iterator[Directory]:
    yield from (Directory(f"/etc/nginx/{name}", owned=True) for name in OWNED)
    yield Directory("/etc/systemd/system/nginx.service.d")
    yield Directory("/var/www/welcome", owned=True)
    yield Directory("/var/cache/nginx")
    for cache in settings.caches:
        yield Directory(cache.path, mode=0o700, owner="www-data")
    yield from issuance.directories(settings)


def _tls_names(settings: NginxSettings) -> Iterator[TlsName]:
    """The first domain of each site, asked where the host itself reaches it."""
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, never bound
    address = loopback.get(settings.listen_addresses[0], settings.listen_addresses[0])
    for site in settings.sites:
        domain = site.domains[0].replace("*", "any", 1)
        yield TlsName(site.name, domain, address, settings.https_port)


def configuration_digest(contents: Mapping[str, bytes], more: Iterable[File] = ()) -> str:
    """A digest that the running nginx can be asked for. Nothing of a secret is in it."""
    public = {**contents, **{file.path: file.content for file in more if not file.secret}}
    parts = [f"{path} {hashlib.sha256(content).hexdigest()}\n" for path, content in sorted(public.items())]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:32]


def _runs_this(settings: NginxSettings, digest: str) -> Probe:
    """``nginx -s reload`` succeeds even when the running master then refuses the new files."""
    url = f"http://127.0.0.1:{settings.status_port}/configuration"
    return Probe("nginx with this configuration", f"curl -fsS --max-time 5 {url} | grep -qx {digest}")
