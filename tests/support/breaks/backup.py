"""What makes the claims about declared data false."""

from __future__ import annotations

from tests.support.breaks.model import Claims

LIST = "/etc/rigwright/backup/protected.json"

_backup = Claims("test_backup")

BREAKS = (
    _backup.edited(
        "test_what_the_inventory_declares_is_listed_on_the_host",
        LIST,
        's/"rhythm_seconds": 172800/"rhythm_seconds": 172801/',
    ),
    _backup.edited(
        "test_each_server_with_data_is_in_the_list",
        LIST,
        's#"/var/lib/postgresql/[^"]*"#"/var/lib/postgresql"#',
    ),
    _backup.ran(
        "test_all_declared_data_is_there",
        "mv /usr/share/ca-certificates /usr/share/ca-certificates.break",
        "mv /usr/share/ca-certificates.break /usr/share/ca-certificates",
    ),
)

_DISK = "a lab host has no second disk; tests/lab/test_backup_files.py makes each false on one with a tmpfs"

_POSTGRES = "a lab host has no second disk; tests/lab/test_backup_accidents.py makes each false on a tmpfs"

_FILES = {
    f"test_backup::{name}": _DISK
    for name in (
        "test_each_declared_thing_has_a_backup_that_is_not_too_old",
        "test_the_repository_of_files_is_this_hosts_on_a_disk_of_its_own",
        "test_only_root_reads_the_passphrase_of_files",
        "test_backups_of_files_are_made_by_timers",
    )
}

ELSEWHERE = _FILES | {
    f"test_backup_postgres::{name}": _POSTGRES
    for name in (
        "test_the_newest_backup_is_whole_and_not_too_old",
        "test_a_segment_of_the_log_reaches_the_repository",
        "test_the_server_drops_no_segment",
        "test_the_repository_of_postgresql_is_this_hosts_on_a_disk_of_its_own",
        "test_only_root_and_postgres_read_the_passphrase",
        "test_the_repository_is_encrypted",
        "test_backups_of_postgresql_are_made_by_timers",
    )
}
