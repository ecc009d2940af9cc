"""What of Docker's own metrics is an alert: the engine measures itself, so there is no exporter beside it.

That the engine is down, ``TargetDown`` and ``UnitFailed`` tell about every service.
"""

from __future__ import annotations

from rigwright.desired import AlertRule

FAILED = "engine_daemon_health_checks_failed_total"
ALL = "engine_daemon_health_checks_total"
STARTS = 'engine_daemon_container_actions_seconds_count{action="start"}'

ALERTS = (
    AlertRule(
        "DockerHealthChecksFail",
        # At least 5 in 10 minutes: one that failed by chance while few are made is no share.
        f"increase({FAILED}[10m]) / (increase({ALL}[10m]) > 5) > 0.1",
        600,
        "warning",
        "Containers are not healthy",
        "{{ $value | humanizePercentage }} of their health checks fail.",
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
