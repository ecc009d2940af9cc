"""What the engine and the registry report around a change, and the folders that all parts share."""

from __future__ import annotations

import json

from deploys.docker.settings import DockerSettings, Registry
from rigwright.desired import Check, Probe, RuntimeState
from rigwright.desired.program import shell

TOOLS = "/usr/local/lib/rigwright/docker"
UNITS = "/etc/systemd/system"
RUNS = "systemctl is-active -q docker.service && curl -fsS --max-time 5 --unix-socket /run/docker.sock http://docker/_ping"
"""The unit is queried first: a request to the socket alone would start it."""


CHECK = Check("dockerd --validate", shell("docker/programs/validate.sh"))
PROBE = Probe("docker", RUNS, timeout_seconds=30)


def engine_state(settings: DockerSettings, *, reports_privileges: bool) -> RuntimeState:
    """What the running engine has loaded."""
    privileges = ("no_new_privileges", json.dumps(settings.no_new_privileges))
    return RuntimeState(
        "docker engine",
        f"{TOOLS}/engine",
        (
            ("data_root", settings.data_root),
            ("live_restore", json.dumps(settings.live_restore)),
            ("log_driver", settings.log_driver),
            ("network rules", "loaded"),
            ("flags", "none"),
            *((privileges,) if reports_privileges else ()),
        ),
        remediation="systemctl restart docker.service",
        satisfied_by_restart_of="docker.service",
    )


def registry_probe(registry: Registry) -> Probe:
    """The registry must respond after a change."""
    url = f"http://127.0.0.1:{registry.port}/v2/"
    return Probe("the registry", f"curl -fsS --max-time 5 {url}", timeout_seconds=30)


def json_file(value: object) -> bytes:
    """JSON as our files have it: sorted, so that no order of settings is a change."""
    return json.dumps(value, indent=2, sort_keys=True).encode() + b"\n"
