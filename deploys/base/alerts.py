"""The rules about what the host measures every minute: failed logins, reboots, upgrades, the review."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.base.settings import BaseSettings
from rigwright.desired import AlertRule

SILENT_SECONDS = 600
"""Ten runs that did not happen."""
HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS
SECURITY_DAYS = 3
"""Security updates install themselves every day; one may fail, and a third-party mirror lag behind."""
OTHER_DAYS = 30
LISTS_DAYS = 3
"""apt refreshes its lists every day."""


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
    written = "rigwright_host_metrics_timestamp_seconds"
    yield AlertRule(
        "HostMetricsSilent",
        f"time() - {written} > {SILENT_SECONDS} or absent({written})",
        300,
        "warning",
        "Failed logins and a required reboot are not reported",
        "rigwright-metrics.service has not run for 10 minutes.",
        "host-metrics",
    )
    yield AlertRule(
        "RebootRequired",
        "rigwright_reboot_required == 1",
        # A host that reboots by itself does so within a day.
        HOUR_SECONDS * (25 if settings.updates.reboot_at else 1),
        "warning",
        "The host requires a reboot",
        "A newer kernel or driver is installed than the one that runs, or a package requires it.",
        "reboot",
    )
    yield from _upgrades()
    if days := settings.access_review_days:
        yield AlertRule(
            "AccessReviewOverdue",
            f"time() - rigwright_access_reviewed_timestamp_seconds > {days * DAY_SECONDS}",
            HOUR_SECONDS,
            "warning",
            "The access review is overdue",
            f"The last review is more than {days} days ago, or there was none.",
            "access-review",
        )


def _upgrades() -> Iterator[AlertRule]:
    """Each compares a timestamp, so that a shorter ``longest_wait_seconds`` makes no false alarm of a day."""
    clear = "rigwright_upgrades_clear_timestamp_seconds"
    yield AlertRule(
        "SecurityUpgradesWait",
        f'time() - {clear}{{kind="security"}} > {SECURITY_DAYS * DAY_SECONDS}',
        HOUR_SECONDS,
        "warning",
        "Security upgrades are pending, or it is unknown whether any are",
        f"For {SECURITY_DAYS} days: they are held, unattended-upgrades fails or is off, or apt fails.",
        "upgrades",
    )
    yield AlertRule(
        "UpgradesWait",
        f'time() - {clear}{{kind="other"}} > {OTHER_DAYS * DAY_SECONDS}',
        HOUR_SECONDS,
        "warning",
        "Upgrades are pending",
        f"For {OTHER_DAYS} days: they are not installed automatically; held packages are among them.",
        "upgrades",
    )
    yield AlertRule(
        "PackageListsOld",
        f"time() - rigwright_package_lists_timestamp_seconds > {LISTS_DAYS * DAY_SECONDS}",
        HOUR_SECONDS,
        "warning",
        "The package lists are old",
        f"apt has not updated its lists for {LISTS_DAYS} days.",
        "upgrades",
    )
