"""What the host measures every minute for the node exporter, and the rules about it."""

from __future__ import annotations

from deploys.base.alerts import alerts
from deploys.base.settings import BaseSettings
from rigwright.desired import Activation, Desired, Directory, File, Unit
from rigwright.desired.render import render_file
from rigwright.remote.archive import archive

PROGRAM = "/usr/local/lib/rigwright/base/metrics.pyz"
SERVICE, TIMER = "rigwright-metrics.service", "rigwright-metrics.timer"
UNITS = "base/etc/systemd/system"


def metrics(settings: BaseSettings) -> Desired:
    """Failed logins, a required reboot and pending upgrades."""
    service, timer = (render_file(f"{UNITS}/{name}") for name in (SERVICE, TIMER))
    return Desired(
        "base",
        files=(File(PROGRAM, archive("rigwright.health.metrics")), service, timer),
        directories=(Directory("/usr/local/lib/rigwright"), Directory("/usr/local/lib/rigwright/base")),
        units=(Unit(TIMER),),
        activations=(Activation(TIMER, reload_on=(), restart_on=(timer.path,)),),
        alerts=tuple(alerts(settings)),
    )
