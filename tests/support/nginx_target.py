"""A lab host with nginx's packages, to which tests apply settings one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from deploys.nginx.settings import NginxSettings
from deploys.nginx.state import desired
from rigwright import lab
from rigwright.desired import Desired
from rigwright.remote.ssh import Done
from rigwright.settings.platform import Os, Platform
from tests.support.target import Target
from tests.support.web import Web, unverified


class NginxTarget(Target):
    """A lab host whose nginx follows settings."""

    def wanted(self, settings: NginxSettings) -> Desired:
        """What the host should be."""
        return desired(settings, Platform(self.host.os))

    def change(self, settings: NginxSettings) -> Done:
        """Apply settings."""
        return self.apply(self.wanted(settings))

    def web(self) -> Web:
        """Its HTTPS."""
        return Web(self.host.address, 443, unverified())

    def served(self, name: str, field: str) -> str:
        """A field of the certificate that is served for a name, as OpenSSL on the host prints it."""
        command = f"openssl s_client -connect 127.0.0.1:443 -servername {name} </dev/null 2>/dev/null"
        return self.sh(f"{command} | openssl x509 -noout -{field}")


@contextmanager
def nginx_target(name: str, system: Os, *packages: str) -> Iterator[NginxTarget]:
    """A fresh host with nginx's packages and some more."""
    lab.down(name)
    target = NginxTarget(lab.up(name, system))
    wanted = " ".join(["curl", "logrotate", "nginx", "openssl", *packages])
    quiet = "DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0"
    target.sh(f"{quiet} update && {quiet} install --no-install-recommends -y {wanted} >/dev/null")
    yield target
    lab.down(name)
