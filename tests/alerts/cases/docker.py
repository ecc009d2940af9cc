"""Docker."""

from tests.alerts.case import Case, Fires

LABELS = {"instance": "d", "job": "docker"}
HEALTHY = 'rigwright_docker_container_healthy{instance="d", job="node", name="shop-web-1"}'
STARTS = 'engine_daemon_container_actions_seconds_count{instance="d", job="docker", action="start"}'
CREATES = 'engine_daemon_container_actions_seconds_count{instance="d", job="docker", action="create"}'

CASES = (
    Case(
        "DockerContainerUnhealthy",
        {HEALTHY: "0+0x120"},
        Fires(
            "The container shop-web-1 is not healthy",
            "Its health check has failed for 10 minutes.",
            {"instance": "d", "job": "node", "name": "shop-web-1"},
        ),
    ),
    Case("DockerContainerUnhealthy", {HEALTHY: "1+0x120"}),
    Case("DockerContainerUnhealthy", {HEALTHY: "1+0x50 0+0x70"}),  # not for long
    Case(
        "DockerContainersRestart",
        {STARTS: "5+1x120"},
        Fires(
            "Containers start again and again",
            "About 20 starts in 10 minutes, and so for 20 minutes.",
            {**LABELS, "action": "start"},
        ),
        at="45m",
    ),
    Case("DockerContainersRestart", {STARTS: "5+0x40 30+0x80", CREATES: "5+1x120"}),  # a release
)
