"""Docker."""

from tests.alerts.case import Case, Fires

LABELS = {"instance": "d", "job": "docker"}
ALL = 'engine_daemon_health_checks_total{instance="d", job="docker"}'
FAILED = 'engine_daemon_health_checks_failed_total{instance="d", job="docker"}'
STARTS = 'engine_daemon_container_actions_seconds_count{instance="d", job="docker", action="start"}'
CREATES = 'engine_daemon_container_actions_seconds_count{instance="d", job="docker", action="create"}'

CASES = (
    Case(
        "DockerHealthChecksFail",
        {ALL: "0+4x120", FAILED: "0+1x120"},
        Fires("Containers are not healthy", "25% of their health checks fail.", LABELS),
    ),
    Case("DockerHealthChecksFail", {ALL: "0+20x120", FAILED: "9+1x120"}),  # one of twenty
    Case(
        "DockerHealthChecksFail", {ALL: "0+0x57 3+0x62", FAILED: "0+0x57 3+0x62"}
    ),  # three, all of which failed
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
