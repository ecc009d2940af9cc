"""What a host should be for its applications: all but which version of them serves."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.apps.describe import described, secrets
from deploys.apps.paths import BALANCER_SOCKET, DECLARED, PROGRAM, RECORDS, SERVER_STATE, TOOLS, UNIT
from deploys.apps.settings import App, AppsSettings
from deploys.apps.versions import HAPROXY
from rigwright.desired import (
    Activation,
    Check,
    Desired,
    Directory,
    Drain,
    File,
    Probe,
    ReleaseTool,
    RuntimeState,
    Socket,
    Unit,
)
from rigwright.desired.render import render_tree
from rigwright.remote.archive import archive
from rigwright.settings.platform import Platform

CONFIGURATION = "/etc/haproxy/haproxy.cfg"
BALANCER = "haproxy.service"
LOOPBACK = "127.0.0.1"
DRAIN_SECONDS = 60
RECONCILE_SECONDS = 300
"""The start of every container that is recorded, on a host that just booted."""


def desired(settings: AppsSettings, platform: Platform) -> Desired:
    """HAProxy with a slot for each instance, and each application's description."""
    values = {
        "apps": settings,
        "server_state": SERVER_STATE,
        "admin_socket": BALANCER_SOCKET,
        "program": PROGRAM,
        "unit": UNIT,
    }
    return Desired(
        "apps",
        packages=("haproxy", "python3"),
        versions=(("haproxy", platform.choose(HAPROXY)),),
        files=(
            *(File(path, content) for path, content in render_tree("apps", values).items()),
            *(file for app in settings.apps for file in _files(app)),
            File(PROGRAM, archive("deploys.apps.on_host.run")),
        ),
        directories=(
            Directory("/etc/rigwright"),
            Directory(DECLARED, mode=0o700, owned=True),
            Directory("/etc/systemd/system/haproxy.service.d"),
            Directory("/usr/local/lib/rigwright"),
            Directory(TOOLS),
            Directory(RECORDS, mode=0o700),
        ),
        units=(Unit(BALANCER), Unit(UNIT, active=False, timeout_seconds=RECONCILE_SECONDS)),
        sockets=tuple(_sockets(settings)),
        activations=(Activation(BALANCER, reload_on=(CONFIGURATION,)),),
        checks=(Check("haproxy -c", f"haproxy -c -q -f {CONFIGURATION}"),),
        probes=(Probe("haproxy", f"python3 -I {PROGRAM} ping"),),
        runtime_states=(_serving(settings), _released(settings)),
        drains=(_drain(),),
        release_tools=tuple(map(_tool, settings.apps)),
        memory_bytes=sum(process.memory_bytes for app in settings.apps for process in app.processes),
    )


def _files(app: App) -> Iterator[File]:
    yield File(f"{DECLARED}/{app.name}.json", described(app), mode=0o600)
    yield File(f"{DECLARED}/{app.name}.secrets.json", secrets(app), mode=0o600, secret=True)


def _sockets(settings: AppsSettings) -> Iterator[Socket]:
    """Those of HAProxy, and those of every instance that there may be of two releases."""
    for app in settings.apps:
        for process in app.processes:
            yield Socket(LOOPBACK, process.listen)
            yield from (Socket(LOOPBACK, port, reserved=True) for _, port in process.slots)


def _serving(settings: AppsSettings) -> RuntimeState:
    """Whether what is recorded as live runs, and HAProxy leads requests to it and to nothing else."""
    return RuntimeState(
        "applications",
        f"python3 -I {PROGRAM} serving",
        tuple((app.name, "as recorded") for app in settings.apps),
        exact=True,
        remediation=f"systemctl start {UNIT}",
        timeout_seconds=RECONCILE_SECONDS,
    )


def _released(settings: AppsSettings) -> RuntimeState:
    """Whether the release that serves has the settings and secrets of today: only a release changes that."""
    return RuntimeState(
        "releases",
        f"python3 -I {PROGRAM} released",
        tuple((app.name, "has its settings") for app in settings.apps),
    )


def _tool(app: App) -> ReleaseTool:
    unit = f"rigwright-release-{app.name}.service"
    return ReleaseTool(app.name, app.image, unit, f"/usr/bin/python3 -I {PROGRAM}")


def _drain() -> Drain:
    """HAProxy takes no new connection, and ends with those that it has, or at its ``hard-stop-after``."""
    what = "HAProxy: let requests end"
    return Drain(BALANCER, what, f"systemctl stop {BALANCER}", "application", DRAIN_SECONDS)
