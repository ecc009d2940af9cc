"""The base. The scenario that is tested takes 20 failed logins in 5 minutes, and a review of 90 days ago."""

from __future__ import annotations

from tests.alerts.case import NODE, Case, Fires, Measured

WHO = 'instance="h", job="node"'
WRITTEN = f"rigwright_host_metrics_timestamp_seconds{{{WHO}}}"
REVIEWED = f"rigwright_access_reviewed_timestamp_seconds{{{WHO}}}"
CLEAR = "rigwright_upgrades_clear_timestamp_seconds"
LISTS = f"rigwright_package_lists_timestamp_seconds{{{WHO}}}"
REBOOT = f"rigwright_reboot_required{{{WHO}}}"


def failed(sshd: str, sudo: str) -> Measured:
    """Failed logins by service."""
    name = "rigwright_failed_logins_total"
    return {f'{name}{{{WHO}, service="{key}"}}': value for key, value in {"sshd": sshd, "sudo": sudo}.items()}


SCANNED = f"rigwright_vulnerabilities_timestamp_seconds{{{WHO}}}"
SCAN_OLD = (
    "It is unknown which vulnerabilities the host has",
    "The last scan of its packages is more than 26 hours old, or there was none.",
)


def vulnerable(urgency: str, fix: str, clear_hours: int) -> Measured:
    """Two vulnerabilities of one kind, and how long ago none of high urgency could be fixed."""
    return {
        f'rigwright_vulnerabilities{{{WHO}, urgency="{urgency}", fix="{fix}"}}': "2+0x150",
        f"rigwright_vulnerabilities_clear_timestamp_seconds{{{WHO}}}": f"{-clear_hours * 3600}+0x150",
    }


CASES = (
    Case(
        "FailedLogins",
        failed("0+2x120", "0+1x120"),
        Fires(
            "Many logins fail",
            "About 30 in 5 minutes: over SSH, at the console, sudo and su.",
            NODE,
        ),
    ),
    Case("FailedLogins", failed("0+1x120", "7+0x120")),  # as many as usual
    Case("FailedLogins", failed("0+500x10 5000+0x110", "0+0x120")),  # long ago
    Case("FailedLogins", failed("5000+0x58 0+0x60", "0+0x120"), at="29m30s"),  # it began to count anew
    Case(
        "HostMetricsSilent",
        {WRITTEN: "0+0x120"},
        Fires(
            "Failed logins and a required reboot are not reported",
            "rigwright-metrics.service has not run for 10 minutes.",
            NODE,
        ),
    ),
    Case(
        "HostMetricsSilent",
        {f"up{{{WHO}}}": "1+0x120"},
        Fires(
            "Failed logins and a required reboot are not reported",
            "rigwright-metrics.service has not run for 10 minutes.",
        ),
    ),
    Case("HostMetricsSilent", {WRITTEN: "0+30x120"}),
    Case(
        "RebootRequired",
        {REBOOT: "1+0x150"},
        Fires(
            "The host requires a reboot",
            "A newer kernel or driver is installed than the one that runs, or a package requires it.",
            NODE,
        ),
        at="65m",
    ),
    Case("RebootRequired", {REBOOT: "1+0x150"}),  # not yet
    Case("RebootRequired", {REBOOT: "0+0x150"}, at="65m"),
    Case(
        "AccessReviewOverdue",
        {REVIEWED: f"{-90 * 86400}+0x150"},
        Fires(
            "The access review is overdue",
            "The last review is more than 90 days ago, or there was none.",
            NODE,
        ),
        at="65m",
    ),
    Case("AccessReviewOverdue", {REVIEWED: f"{-89 * 86400}+0x150"}, at="65m"),
    Case(
        "SecurityUpgradesWait",
        {f'{CLEAR}{{{WHO}, kind="security"}}': f"{-3 * 86400}+0x150"},
        Fires(
            "Security upgrades are pending, or it is unknown whether any are",
            "For 3 days: they are held, unattended-upgrades fails or is off, or apt fails.",
            {**NODE, "kind": "security"},
        ),
        at="65m",
    ),
    Case("SecurityUpgradesWait", {f'{CLEAR}{{{WHO}, kind="security"}}': f"{-2 * 86400}+0x150"}, at="65m"),
    Case("SecurityUpgradesWait", {f'{CLEAR}{{{WHO}, kind="other"}}': f"{-9 * 86400}+0x150"}, at="65m"),
    Case(
        "UpgradesWait",
        {f'{CLEAR}{{{WHO}, kind="other"}}': f"{-30 * 86400}+0x150"},
        Fires(
            "Upgrades are pending",
            "For 30 days: they are not installed automatically; held packages are among them.",
            {**NODE, "kind": "other"},
        ),
        at="65m",
    ),
    Case("UpgradesWait", {f'{CLEAR}{{{WHO}, kind="other"}}': f"{-29 * 86400}+0x150"}, at="65m"),
    Case(
        "PackageListsOld",
        {LISTS: f"{-3 * 86400}+0x150"},
        Fires(
            "The package lists are old",
            "apt has not updated its lists for 3 days.",
            NODE,
        ),
        at="65m",
    ),
    Case("PackageListsOld", {LISTS: f"{-2 * 86400}+0x150"}, at="65m"),
    Case(
        "VulnerabilityFixWaits",
        vulnerable("high", "available", 36),
        Fires(
            "A severe vulnerability has a fix that is not installed",
            "2 of high urgency in installed packages, for 36 hours.",
            {**NODE, "urgency": "high", "fix": "available"},
        ),
        at="65m",
    ),
    Case("VulnerabilityFixWaits", vulnerable("high", "available", 34), at="65m"),
    Case("VulnerabilityFixWaits", vulnerable("high", "none", 40), at="65m"),
    Case("VulnerabilityFixWaits", vulnerable("medium", "available", 40), at="65m"),
    Case("VulnerabilityScanOld", {SCANNED: f"{-26 * 3600}+0x500"}, Fires(*SCAN_OLD, NODE), at="4h"),
    Case("VulnerabilityScanOld", {f"up{{{WHO}}}": "1+0x500"}, Fires(*SCAN_OLD), at="4h"),
    Case("VulnerabilityScanOld", {SCANNED: f"{-20 * 3600}+0x500"}, at="4h"),
)
