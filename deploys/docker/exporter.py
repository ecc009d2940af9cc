"""Docker's alerts: the engine exposes its own metrics, and a timer of ours which containers are healthy.

That the engine is down is what ``TargetDown`` and ``UnitFailed`` report of every service.
"""

from __future__ import annotations

from deploys.docker.running import TOOLS, UNITS
from rigwright.desired import AlertRule, Desired, File, ScrapeTarget, Socket, Unit
from rigwright.desired.program import program
from rigwright.desired.render import render

TIMER = "rigwright-docker-metrics.timer"

STARTS = 'engine_daemon_container_actions_seconds_count{action="start"}'

ALERTS = (
    AlertRule(
        "DockerContainerUnhealthy",
        # The engine's engine_daemon_health_checks_failed_total counts no check that ran and failed.
        "rigwright_docker_container_healthy == 0",
        600,
        "warning",
        "The container {{ $labels.name }} is not healthy",
        "Its health check has failed for 10 minutes.",
        "docker-health",
    ),
    AlertRule(
        "DockerContainersRestart",
        # One that dies at once is started again once a minute at last, one that lives longer more often.
        f"increase({STARTS}[10m]) > 8",
        1200,
        "warning",
        "Containers start again and again",
        "About {{ $value | humanize }} starts in 10 minutes, and so for 20 minutes.",
        "docker-restarts",
    ),
)


def part(port: int) -> Desired:
    """The engine's own metrics on loopback, those of its containers' health, and the rules about both."""
    units = tuple(
        File(f"{UNITS}/rigwright-docker-metrics.{kind}", render(f"docker/_metrics.{kind}"))
        for kind in ("service", "timer")
    )
    return Desired(
        "docker",
        files=(File(f"{TOOLS}/metrics", program("docker/programs/metrics.sh").encode(), mode=0o755), *units),
        units=(Unit(TIMER),),
        sockets=(Socket("127.0.0.1", port),),
        scrape_targets=(ScrapeTarget("docker", "127.0.0.1", port),),
        alerts=ALERTS,
    )
