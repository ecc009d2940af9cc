"""What counts on the host beside files of others: a later one, or one of another program, may decide."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from deploys.base.settings import BaseSettings
from deploys.base.system import kernel_values
from deploys.base.updates import Updates
from deploys.base.versions import Versions
from rigwright.desired import Desired, File, RuntimeState
from rigwright.desired.program import python

PROGRAM = "base/programs/effective.py"
Values = Mapping[str, str | list[str]]


def effective(settings: BaseSettings, versions: Versions, files: Sequence[File]) -> Desired:
    """Each value that a file of ours sets among others of its kind, as the programs that read all see it.

    Args:
        settings: The base.
        versions: Of its operating system.
        files: The base's files.
    """
    kinds = {
        "apt": ("/etc/apt/apt.conf.d/", _apt(settings.updates, versions)),
        "journald": ("/etc/systemd/journald.conf.d/", _journald(settings)),
        "logrotate": ("/etc/logrotate.d/", _logrotate(settings)),
        "needrestart": ("/etc/needrestart/conf.d/", _needrestart(settings.updates)),
        "sysctl": ("/etc/sysctl.d/", kernel_values(settings)),
    }
    query = {kind: {**_own(files, folder), "values": values} for kind, (folder, values) in kinds.items()}
    expected = (
        (f"{kind} {name}", _shown(value))
        for kind, (_, values) in kinds.items()
        for name, value in values.items()
    )
    command = python(PROGRAM, json.dumps(query, sort_keys=True))
    return Desired("base", runtime_states=(RuntimeState("effective settings", command, tuple(expected)),))


def _own(files: Sequence[File], folder: str) -> dict[str, str | None]:
    (own,) = (file for file in files if file.path.startswith(folder))
    return {"path": own.path, "sha256": own.sha256}


def _shown(value: str | list[str]) -> str:
    return (value if isinstance(value, str) else ", ".join(value)) or "none"


def _apt(updates: Updates, versions: Versions) -> Values:
    """``Enable`` is not set by ours: it would be 1, and 0 turns all of this off."""
    automatic = "Unattended-Upgrade"
    reboot = {
        f"{automatic}::Automatic-Reboot-Time": updates.reboot_at,
        f"{automatic}::Automatic-Reboot-WithUsers": "true",
    }
    return {
        "APT::Periodic::Enable": "1",
        "APT::Periodic::Update-Package-Lists": "1",
        "APT::Periodic::Unattended-Upgrade": str(int(updates.automatic)),
        "APT::Periodic::AutocleanInterval": "7",
        f"{automatic}::Allowed-Origins": [],
        f"{automatic}::Origins-Pattern": [*versions.security_origins],
        f"{automatic}::Package-Blacklist": [*updates.held_patterns],
        f"{automatic}::MinimalSteps": "true",
        f"{automatic}::Automatic-Reboot": "true" if updates.reboot_at else "false",
        **({name: value for name, value in reboot.items() if value} if updates.reboot_at else {}),
    }


def _journald(settings: BaseSettings) -> Values:
    return {
        "Storage": "persistent",
        "SystemMaxUse": str(settings.journal_max_size),
        "MaxRetentionSec": f"{settings.log_retention_days}day",
    }


def _logrotate(settings: BaseSettings) -> Values:
    return {"every": "weekly", "rotate": str(settings.rotations), "maxage": str(settings.log_retention_days)}


def _needrestart(updates: Updates) -> Values:
    mode = {"list": "l", "automatic": "a"}[updates.restart_services]
    return {"restart": mode, **dict.fromkeys(updates.never_restarted, "0")}
