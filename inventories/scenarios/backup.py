"""Declared data with every setting changed."""

from __future__ import annotations

from deploys.backup.settings import BackupSettings, ProtectedFiles
from rigwright.settings.platform import Os


def everything(os: Os) -> BackupSettings:  # noqa: ARG001  the same on all
    """Files that every host has, and another folder of data."""
    certificates = ProtectedFiles(
        name="authorities",
        paths=["/usr/share/ca-certificates"],
        exclude=["/usr/share/ca-certificates/*/*.old"],
        hours=48,
        at_least_files=10,
    )
    return BackupSettings(files=[certificates], data_folders=["/srv/applications"])
