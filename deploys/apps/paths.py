"""Where everything of applications is on a host. The host's own programs import it too."""

from __future__ import annotations

DECLARED = "/etc/rigwright/apps"
RECORDS = "/var/lib/rigwright/apps"
TOOLS = "/usr/local/lib/rigwright/apps"
PROGRAM = f"{TOOLS}/apps.pyz"
SERVER_STATE = f"{RECORDS}/haproxy.state"
"""What HAProxy reads at its start and at its reload: which instances take requests."""
BALANCER_SOCKET = "/run/haproxy/admin.sock"
ENGINE_SOCKET = "/run/docker.sock"
UNIT = "rigwright-apps.service"
