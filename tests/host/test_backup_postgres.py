"""Backups of PostgreSQL on a running host: what pgBackRest lists, and what the server says of its log."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from deploys.backup.settings import BackupSettings, Local, PostgresBackups
from rigwright.inventory.load import Host
from tests.support.waiting import wait_until

CONFIG = "/etc/rigwright/backup/pgbackrest.conf"
TIMERS = ("full", "incremental", "prove", "query", "metrics")
FIRST_SECONDS = 180
CLOCKS_SECONDS = 600


@pytest.fixture(scope="module")
def settings(described: Host) -> BackupSettings:
    found: BackupSettings | None = getattr(described.rig, "backup", None)
    if found is None or found.postgres is None:
        pytest.skip("the inventory has no backups of PostgreSQL for this host")
    return found


@pytest.fixture(scope="module")
def postgres(settings: BackupSettings) -> PostgresBackups:
    assert settings.postgres
    return settings.postgres


@pytest.fixture(scope="module")
def psql(described: Host) -> str:
    port = getattr(described.rig, "postgres").port  # noqa: B009  the inventory's own type is not known here
    return f"cd / && runuser -u postgres -- psql -X -q -A -t -h /run/postgresql -p {port} -c"


def listed(host: Any) -> dict[str, Any]:
    """The stanza as pgBackRest itself lists it."""
    command = f"cd / && runuser -u postgres -- pgbackrest --config={CONFIG} --stanza=main --output=json info"
    ((stanza),) = json.loads(host.check_output(command))
    found: dict[str, Any] = stanza
    return found


def test_the_newest_backup_is_whole_and_not_too_old(host: Any, postgres: PostgresBackups) -> None:
    def age() -> float:
        ends = [one["timestamp"]["stop"] for one in listed(host)["backup"] if not one.get("error")]
        newest = max((at for at in ends if at <= time.time() + CLOCKS_SECONDS), default=0)
        return time.time() - newest

    # The first one is made after the first apply, and takes its time.
    wait_until(lambda: age() < postgres.incremental_hours * 3600 * 1.5 + 1800, FIRST_SECONDS)


def test_a_segment_of_the_log_reaches_the_repository(host: Any, postgres: PostgresBackups, psql: str) -> None:
    """One is ended now, and pgBackRest lists it."""
    host.check_output(f"{psql} \"SELECT pg_logical_emit_message(true, 'rig', 'verify')\"")
    segment = host.check_output(f"{psql} 'SELECT pg_walfile_name(pg_switch_wal())'")

    def there() -> bool:
        newest: str = max((one["max"] or "" for one in listed(host)["archive"]), default="")
        return bool(segment <= newest)

    wait_until(there, postgres.archive_timeout_seconds + 60)


def test_the_server_drops_no_segment(host: Any, postgres: PostgresBackups, psql: str) -> None:
    """As it runs: 0 seconds would be no limit."""
    assert host.check_output(f"{psql} 'SHOW archive_mode'") == "on"
    timeout = "SELECT setting FROM pg_settings WHERE name = 'archive_timeout'"
    assert 0 < int(host.check_output(f'{psql} "{timeout}"')) <= postgres.archive_timeout_seconds
    command = host.check_output(f"{psql} 'SHOW archive_command'")
    assert command.split()[0] == "/usr/local/lib/rigwright/backup/pgbackrest-push"


def test_the_repository_of_postgresql_is_this_hosts_on_a_disk_of_its_own(
    host: Any, settings: BackupSettings, psql: str
) -> None:
    place = settings.repository
    if not isinstance(place, Local):
        pytest.skip("the repository is on another machine")
    assert host.check_output(f"findmnt -n -o TARGET --target {place.path}") == place.mount
    data = host.check_output(f"{psql} 'SHOW data_directory'")
    assert host.check_output(f"stat -c %d {place.path}") != host.check_output(f"stat -c %d {data}")
    owner = host.check_output(f"cut -d ' ' -f 1 {place.path}/rigwright-host")
    assert owner == host.check_output("cat /etc/machine-id")


def test_only_root_and_postgres_read_the_passphrase(host: Any, postgres: PostgresBackups) -> None:  # noqa: ARG001
    file = host.file(CONFIG)
    assert (file.user, file.group, file.mode & 0o137) == ("root", "postgres", 0)


def test_the_repository_is_encrypted(host: Any, postgres: PostgresBackups) -> None:  # noqa: ARG001
    assert listed(host)["cipher"] == "aes-256-cbc"


def test_backups_of_postgresql_are_made_by_timers(host: Any, postgres: PostgresBackups) -> None:  # noqa: ARG001
    for name in TIMERS:
        assert host.check_output(f"systemctl is-active rigwright-backup-{name}.timer") == "active"
        assert host.check_output(f"systemctl is-enabled rigwright-backup-{name}.timer") == "enabled"
