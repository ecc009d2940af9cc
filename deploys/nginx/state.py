"""What nginx of a host should be: one part for each concern."""

from __future__ import annotations

from deploys.nginx.caches import caches
from deploys.nginx.exporter import exporter
from deploys.nginx.issuance import certificates
from deploys.nginx.limits import limits
from deploys.nginx.listens import listens
from deploys.nginx.logs import logs
from deploys.nginx.server import server
from deploys.nginx.settings import NginxSettings
from deploys.nginx.site_files import sites
from deploys.nginx.status import status
from deploys.nginx.tls import tls
from deploys.nginx.upstreams import upstreams
from deploys.nginx.usage import usage
from deploys.nginx.versions import VERSIONS, Versions
from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.settings.platform import NAMES, Platform


def desired(settings: NginxSettings, platform: Platform) -> Desired:
    """Everything that nginx needs on a host of this platform.

    Raises:
        RigError: The platform's nginx cannot do what the settings require.
    """
    versions = platform.choose(VERSIONS)
    _refuse_missing(settings, versions, platform)
    configuration = Desired.merge(
        # Certificates first: each is checked before nginx reads it.
        certificates(settings),
        server(settings, versions),
        listens(settings, versions),
        tls(settings, versions),
        limits(settings.rate_zones, settings.connection_zones),
        caches(settings.caches, settings.health_paths),
        upstreams(settings.upstreams),
        sites(settings),
        Desired("nginx", usages=(usage(settings),)),
    )
    return Desired.merge(
        configuration, status(settings, configuration.files), logs(settings), exporter(settings)
    )


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
