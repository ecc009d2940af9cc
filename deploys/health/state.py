"""What watches the hardware, and the rules about it."""

from __future__ import annotations

from deploys.health.alerts import alerts
from deploys.health.settings import HealthSettings
from rigwright.desired import Activation, Desired, Directory, File, Unit
from rigwright.desired.render import render_tree
from rigwright.remote.archive import archive
from rigwright.settings.platform import Platform

FOLDER = "/usr/local/lib/rigwright/health"
COLLECTOR = f"{FOLDER}/collect.pyz"
TIMER = "rigwright-health.timer"
TIMEOUT_SECONDS = 20
"""Beyond the limit of a tool: all tools run at once, and Python needs a moment."""


def desired(settings: HealthSettings, platform: Platform) -> Desired:  # noqa: ARG001  the same on all
    """The desired state of health on a host."""
    values = {"health": settings, "timeout_seconds": settings.limit_seconds + TIMEOUT_SECONDS}
    contents = render_tree("health", values)
    return Desired(
        subsystem="health",
        packages=(
            *(("nvme-cli",) if settings.nvme_drives else ()),
            "python3",
            *(("smartmontools",) if settings.sata_disks or settings.controller_disks else ()),
        ),
        files=(
            *(File(path, content) for path, content in sorted(contents.items())),
            File(COLLECTOR, archive("rigwright.health.collect")),
        ),
        directories=(Directory("/usr/local/lib/rigwright"), Directory(FOLDER, owned=True)),
        units=(Unit(TIMER),),
        activations=(Activation(TIMER, reload_on=(), restart_on=(f"/etc/systemd/system/{TIMER}",)),),
        alerts=tuple(alerts(settings)),
        drives=settings.drives,
    )
