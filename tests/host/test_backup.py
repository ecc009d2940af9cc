"""Declared data on a running host: found by ``find``, and what must be below each path by the inventory."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime
from typing import Any

import pytest

from deploys.backup.settings import BackupSettings, Local, ResticBackups
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


@pytest.fixture(scope="module")
def restic(backup: BackupSettings) -> ResticBackups:
    if backup.restic is None:
        pytest.skip("the inventory has no backups of files for this host")
    return backup.restic


AWS = """import json, shlex
given = json.load(open("/etc/rigwright/backup/files-repository.json"))
names = {"AWS_ACCESS_KEY_ID": "key_id", "AWS_SECRET_ACCESS_KEY": "secret_key", "AWS_DEFAULT_REGION": "region"}
print(*(f"export {name}={shlex.quote(given[key])}" for name, key in names.items()), sep="\\n")"""
"""Prints restic's environment, so that no command line has the key."""


def snapshots(host: Any, restic: ResticBackups) -> list[dict[str, Any]]:
    """As restic itself lists them."""
    given = "RESTIC_PASSWORD_FILE=/etc/rigwright/backup/restic-passphrase restic"
    if isinstance(place := restic.repository, Local):
        given = f"{given} -r {place.path}"
    else:
        ca = "--cacert /etc/rigwright/backup/files-repository-ca.pem" if place.ca else ""
        given = f"eval \"$(python3 -I -c '{AWS}')\"; {given} -r s3:{place.url} -o s3.bucket-lookup=path {ca}"
    found: list[dict[str, Any]] = json.loads(
        host.check_output(f"{given} --no-cache --no-lock snapshots --json")
    )
    return found


def test_each_declared_thing_has_a_backup_that_is_not_too_old(host: Any, restic: ResticBackups) -> None:
    """By restic's own list; its times have nine digits of a second."""
    newest: dict[str, float] = {}
    for one in snapshots(host, restic):
        at = datetime.fromisoformat(re.sub(r"\.[0-9]+", "", one["time"]).replace("Z", "+00:00")).timestamp()
        for tag in one["tags"] or ():
            newest[tag] = max(newest.get(tag, 0), at if at <= time.time() + 600 else 0)
    for name, one in declared(host).items():
        if one["kind"] != "database":
            tag = "rigwright:" + "".join(
                c if re.match(r"[A-Za-z0-9_.~-]", c) else f"%{ord(c):02X}" for c in name
            )
            assert time.time() - newest.get(tag, 0) < one["rhythm_seconds"] * 1.5 + 1800, name


def test_the_repository_of_files_is_this_hosts_on_a_disk_of_its_own(host: Any, restic: ResticBackups) -> None:
    place = restic.repository
    if not isinstance(place, Local):
        known = json.loads(host.check_output("cat /var/lib/rigwright-backup-files/place.json"))
        assert (known["place"], known["owner"], known["versioned"]) == (place.url, "this host", "yes")
        return
    assert host.check_output(f"findmnt -n -o TARGET --target {place.path}") == place.mount
    assert host.check_output(f"stat -c %d {place.path}") != host.check_output("stat -c %d /")
    owner = host.check_output(f"cut -d ' ' -f 1 {place.path}/rigwright-host")
    assert owner == host.check_output("cat /etc/machine-id")


def test_only_root_reads_the_passphrase_of_files(host: Any, restic: ResticBackups) -> None:  # noqa: ARG001
    file = host.file("/etc/rigwright/backup/restic-passphrase")
    assert (file.user, file.mode & 0o077) == ("root", 0)


def test_backups_of_files_are_made_by_timers(host: Any, restic: ResticBackups) -> None:  # noqa: ARG001
    for name in ("rigwright-backup-files", "rigwright-backup-files-prove"):
        assert host.check_output(f"systemctl is-active {name}.timer") == "active"
        assert host.check_output(f"systemctl is-enabled {name}.timer") == "enabled"
