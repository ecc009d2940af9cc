"""The rules about what the host tells every minute: failed logins, a needed reboot, upgrades, the review."""

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
    yield from _upgrades()
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


def _upgrades() -> Iterator[AlertRule]:
    """Each asks since when, so that a shorter ``longest_wait_seconds`` makes no false alarm of a day."""
    clear = "rigwright_upgrades_clear_timestamp_seconds"
    yield AlertRule(
        "SecurityUpgradesWait",
        f'time() - {clear}{{kind="security"}} > {SECURITY_DAYS * DAY_SECONDS}',
        HOUR_SECONDS,
        "warning",
        "Security upgrades wait, or nobody can tell",
        f"For {SECURITY_DAYS} days: they are held, what installs them fails or is off, or apt tells nothing.",
        "upgrades",
    )
    yield AlertRule(
        "UpgradesWait",
        f'time() - {clear}{{kind="other"}} > {OTHER_DAYS * DAY_SECONDS}',
        HOUR_SECONDS,
        "warning",
        "Upgrades wait for a person",
        f"For {OTHER_DAYS} days: nothing installs them by itself, and what is held is among them.",
        "upgrades",
    )
    yield AlertRule(
        "PackageListsOld",
        f"time() - rigwright_package_lists_timestamp_seconds > {LISTS_DAYS * DAY_SECONDS}",
        HOUR_SECONDS,
        "warning",
        "The host does not hear of new packages",
        f"apt has not brought its lists up to date for {LISTS_DAYS} days.",
        "upgrades",
    )
