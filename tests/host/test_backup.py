"""Declared data on a running host: found by ``find``, and what must be below each path by the inventory."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploys.backup.settings import BackupSettings
from rigwright.inventory.load import Host


@pytest.fixture(scope="module")
def backup(described: Host) -> BackupSettings:
    settings = getattr(described.rig, "backup", None)
    if settings is None:
        pytest.skip("the inventory declares no data for this host")
    found: BackupSettings = settings
    return found


def declared(host: Any) -> dict[str, dict[str, Any]]:
    text = host.file("/etc/rigwright/backup/protected.json").content_string
    return {one["name"]: one for one in json.loads(text)}


def test_what_the_inventory_declares_is_listed_on_the_host(host: Any, backup: BackupSettings) -> None:
    found = declared(host)
    for one in backup.files:
        assert found[one.name]["paths"] == list(one.paths)
        assert found[one.name]["rhythm_seconds"] == one.hours * 3600


def test_each_server_with_data_is_in_the_list(host: Any, described: Host, backup: BackupSettings) -> None:  # noqa: ARG001
    """Processes are asked where their data is, not the settings."""
    found = declared(host)
    if postgres := getattr(described.rig, "postgres", None):
        psql = f"runuser -u postgres -- psql -X -q -A -t -h /run/postgresql -p {postgres.port}"
        folder = host.check_output(f"cd / && {psql} -c 'SHOW data_directory'")
        assert folder in found["PostgreSQL"]["paths"]
    if getattr(described.rig, "redis", None):
        query = "/usr/local/lib/rigwright/redis/ask do CONFIG GET dir"
        (folder,) = found["Redis"]["paths"]
        assert folder in host.check_output(query)


def test_all_declared_data_is_there(host: Any, backup: BackupSettings) -> None:  # noqa: ARG001
    for name, one in declared(host).items():
        paths = " ".join(one["paths"])
        count = int(host.check_output(f"find -L {paths} -type f 2>/dev/null | head -n 10000 | wc -l"))
        assert count >= one["at_least_files"], name
