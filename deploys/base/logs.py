"""How long logs stay: the journal, and what logrotate rotates."""

from __future__ import annotations

from deploys.base.settings import BaseSettings
from rigwright.desired import Check, Desired, Directory, RuntimeState
from rigwright.desired.program import shell
from rigwright.desired.render import render_file


def logs(settings: BaseSettings) -> Desired:
    """Bounds of the journal and of rotated files."""
    journal = render_file("base/etc/systemd/journald.conf.d/rigwright.conf.j2", base=settings)
    rotation = render_file("base/etc/logrotate.d/00-rigwright.j2", base=settings)
    return Desired(
        "base",
        packages=("logrotate",),
        files=(journal, rotation),
        directories=(Directory("/etc/systemd/journald.conf.d"),),
        runtime_states=(
            RuntimeState(
                "journal",
                shell("base/programs/journal.sh", variables={"digest": journal.sha256 or ""}),
                (("systemd-journald.service", "active"), ("journald runs with its settings", "true")),
                remediation=shell("base/programs/journal_start.sh"),
            ),
        ),
        checks=(Check("logrotate -d", f"logrotate -d {rotation.path}"),),
    )
