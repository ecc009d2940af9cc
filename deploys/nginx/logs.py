"""The bound of nginx's logs: rotated by size, because a flood of requests fills a disk before the night."""

from __future__ import annotations

from deploys.nginx.settings import NginxSettings
from rigwright.desired import Activation, Check, Desired, Directory, File, Unit
from rigwright.desired.render import render

TOOLS = "/usr/local/lib/rigwright/nginx"
RULE = f"{TOOLS}/logrotate.conf"
NAME = "rigwright-nginx-logs"
SERVICE, TIMER = (f"/etc/systemd/system/{NAME}.{kind}" for kind in ("service", "timer"))


def logs(settings: NginxSettings) -> Desired:
    """A rule of its own, beside the package's, which rotates each night whatever the size."""
    return Desired(
        "nginx",
        packages=("logrotate",),
        files=(
            File(RULE, render("nginx/_logrotate.conf.j2", nginx=settings)),
            File(SERVICE, render("nginx/_logs.service.j2", rule=RULE)),
            File(TIMER, render("nginx/_logs.timer")),
        ),
        directories=(Directory(TOOLS.rpartition("/")[0]), Directory(TOOLS)),
        units=(Unit(f"{NAME}.timer"),),
        activations=(Activation(f"{NAME}.timer", reload_on=(), restart_on=(TIMER,)),),
        checks=(Check("logrotate -d", f"logrotate -d {RULE}"),),
    )
