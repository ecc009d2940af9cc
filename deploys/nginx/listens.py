"""The sockets of nginx, and the ``listen`` directives, which differ between versions."""

from __future__ import annotations

from dataclasses import dataclass

from deploys.nginx.settings import NginxSettings
from deploys.nginx.values import bracketed
from deploys.nginx.versions import Versions
from rigwright.desired import Desired
from rigwright.desired.render import render_file


@dataclass(frozen=True)
class Listens:
    """Arguments of ``listen`` for this host's settings and versions.

    They stand in files of their own, because nginx takes over a changed address only by a restart.
    """

    nginx: NginxSettings
    versions: Versions

    def _at(self, port: int) -> tuple[str, ...]:
        return tuple(f"{bracketed(address)}:{port}" for address in self.nginx.listen_addresses)

    @property
    def http(self) -> tuple[str, ...]:
        """For HTTP."""
        return self._at(self.nginx.http_port)

    @property
    def https(self) -> tuple[str, ...]:
        """For HTTPS, with HTTP/2 as a parameter where there is no directive for it."""
        http2 = "" if self.versions.http2_directive else " http2"
        return tuple(f"{place} ssl{http2}" for place in self._at(self.nginx.https_port))

    @property
    def quic(self) -> tuple[str, ...]:
        """For HTTP/3; none where it is off."""
        places = self._at(self.nginx.https_port) if self.nginx.http3 else ()
        return tuple(f"{place} quic" for place in places)


INCLUDES = "nginx/etc/nginx/includes/listen_"
NAMES = ("http", "http_default", "https", "https_default")


def listens(settings: NginxSettings, versions: Versions) -> Desired:
    """The sockets that nginx opens, and the directives for them."""
    directives = Listens(settings, versions)
    return Desired(
        "nginx",
        files=tuple(
            render_file(f"{INCLUDES}{name}.conf.j2", listens=directives, versions=versions) for name in NAMES
        ),
        sockets=settings.listens,
    )
