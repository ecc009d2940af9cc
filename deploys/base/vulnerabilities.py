"""The scan of the installed packages for known vulnerabilities, and the rules about what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from deploys.base.versions import VERSIONS
from rigwright.desired import Activation, AlertRule, Desired, File, RuntimeState, Unit
from rigwright.desired.render import render
from rigwright.errors import RigError
from rigwright.remote.archive import archive
from rigwright.settings.base import Settings
from rigwright.settings.platform import Platform

PROGRAM = "/usr/local/lib/rigwright/base/vulnerabilities.pyz"
SERVICE, TIMER = "rigwright-vulnerabilities.service", "rigwright-vulnerabilities.timer"
REPORT = """\
. /etc/default/debsecan && printf '{"daily mail": "%s"}' "$REPORT"
"""
NO_REPORT = "echo REPORT=false | debsecan --update-config"
"""debsecan's own way to change what its package wrote there; it mails root every day otherwise."""
HOUR_SECONDS = 3600
WAIT_HOURS = 36
"""Security updates install themselves once a day, and a scan comes up to seven hours later."""
OLD_HOURS = 26
"""Four scans that did not happen."""


class VulnerabilityScan(Settings):
    """Every six hours debsecan compares the installed packages with Debian's list of vulnerabilities."""

    source: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9._:\[\]-]+/[A-Za-z0-9._~/-]*$")] = (
        "https://security-tracker.debian.org/tracker/debsecan/release/1/"
    )
    """Where the list is: Debian's security tracker, or a mirror of it."""


def scan(settings: VulnerabilityScan | None, platform: Platform) -> Desired:
    """The scan and the rules about what it finds; nothing without settings.

    Raises:
        RigError: There is no such list for this system.
    """
    if settings is None:
        return Desired("base")
    suite = platform.choose(VERSIONS).tracked_suite
    if suite is None:
        raise RigError(
            f"debsecan knows Debian's packages and not those of {platform.os}",
            setting="base.vulnerabilities",
            next_step="leave it out; pending security updates are reported without it",
        )
    values = {"suite": suite, "source": settings.source, "program": PROGRAM}
    paths = {name: f"/etc/systemd/system/{name}" for name in (SERVICE, TIMER)}
    return Desired(
        "base",
        packages=("debsecan",),
        files=(
            File(PROGRAM, archive("rigwright.health.vulnerabilities")),
            File(paths[SERVICE], render("base/_rigwright-vulnerabilities.service.j2", **values)),
            File(paths[TIMER], render("base/_rigwright-vulnerabilities.timer")),
        ),
        units=(Unit(TIMER),),
        activations=(Activation(TIMER, reload_on=(), restart_on=(paths[TIMER],)),),
        runtime_states=(
            RuntimeState("vulnerability scan", REPORT, (("daily mail", "false"),), remediation=NO_REPORT),
        ),
        alerts=tuple(_alerts()),
    )


def _alerts() -> Iterator[AlertRule]:
    """The rules; monitoring takes them where the host has any."""
    yield AlertRule(
        "VulnerabilityFixWaits",
        # The second alone would be as old as a scan that does not come.
        'rigwright_vulnerabilities{urgency="high",fix="available"} > 0 and on (instance, job)'
        f" time() - rigwright_vulnerabilities_clear_timestamp_seconds > {WAIT_HOURS * HOUR_SECONDS}",
        HOUR_SECONDS,
        "critical",
        "A severe vulnerability has a fix that is not installed",
        f"{{{{ $value }}}} of high urgency in installed packages, for {WAIT_HOURS} hours.",
        "vulnerabilities",
    )
    scanned = "rigwright_vulnerabilities_timestamp_seconds"
    yield AlertRule(
        "VulnerabilityScanOld",
        f"time() - {scanned} > {OLD_HOURS * HOUR_SECONDS} or absent({scanned})",
        HOUR_SECONDS * 3,  # a host that has just been set up scans within two
        "warning",
        "It is unknown which vulnerabilities the host has",
        f"The last scan of its packages is more than {OLD_HOURS} hours old, or there was none.",
        "vulnerabilities",
    )
