"""The server on loopback that shows connection counts and which configuration the running nginx has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from deploys.nginx.settings import NginxSettings
from rigwright.desired import Desired, File, Probe
from rigwright.desired.render import render

PATH = "/etc/nginx/conf.d/status.conf"


def status(settings: NginxSettings, configuration: Iterable[File]) -> Desired:
    """The server, and the probe that compares its digest: nginx reloads by a signal.

    ``nginx -s reload`` succeeds even when the running master then refuses the new files.

    Args:
        settings: Of the host's nginx.
        configuration: Every other file of nginx.
    """
    digest = _digest(configuration)
    content = render("nginx/etc/nginx/conf.d/_status.conf.j2", nginx=settings, digest=digest)
    url = f"http://127.0.0.1:{settings.status_port}/configuration"
    command = f"curl -fsS --max-time 5 {url} | grep -qx {digest}"
    return Desired(
        "nginx",
        packages=("curl",),
        files=(File(PATH, content),),
        probes=(Probe("nginx with this configuration", command),),
    )


def _digest(configuration: Iterable[File]) -> str:
    """A digest of the files that are not secret."""
    public = {file.path: file.content for file in configuration if not file.secret}
    parts = [f"{path} {hashlib.sha256(content).hexdigest()}\n" for path, content in sorted(public.items())]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:32]
