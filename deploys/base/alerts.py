"""The rules about what the host tells once a minute: failed logins, a needed reboot, an overdue review."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.base.settings import BaseSettings
from rigwright.desired import AlertRule

SILENT_SECONDS = 600
"""Ten runs that did not happen."""
HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS


def alerts(settings: BaseSettings) -> Iterator[AlertRule]:
    """The rules; monitoring takes them where the host has any."""
    minutes = settings.failed_logins.within_minutes
    yield AlertRule(
        "FailedLogins",
        f"sum without (service) (increase(rigwright_failed_logins_total[{minutes}m]))"
        f" > {settings.failed_logins.at_most}",
        0,
        "warning",
        "Many logins fail",
        f"About {{{{ $value | humanize }}}} in {minutes} minutes: over SSH, at the console, sudo and su.",
        "failed-logins",
    )
    told = "rigwright_host_metrics_timestamp_seconds"
    yield AlertRule(
        "HostMetricsSilent",
        f"time() - {told} > {SILENT_SECONDS} or absent({told})",
        300,
        "warning",
        "Failed logins and a needed reboot are no longer told",
        "What counts them has not run for 10 minutes.",
        "host-metrics",
    )
    yield AlertRule(
        "RebootRequired",
        "rigwright_reboot_required == 1",
        # A host that reboots by itself does so within a day.
        HOUR_SECONDS * (25 if settings.updates.reboot_at else 1),
        "warning",
        "The host waits for a reboot",
        "A newer kernel or driver is installed than the one that runs, or a package asks for it.",
        "reboot",
    )
    if days := settings.access_review_days:
        yield AlertRule(
            "AccessReviewOverdue",
            f"time() - rigwright_access_reviewed_timestamp_seconds > {days * DAY_SECONDS}",
            HOUR_SECONDS,
            "warning",
            "Nobody has reviewed who has access",
            f"The last review is more than {days} days ago, or there was none.",
            "access-review",
        )
