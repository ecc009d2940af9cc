"""What must come back after a loss of the reference host, besides what its subsystems declare themselves."""

from deploys.backup.settings import BackupSettings, Promise, ProtectedFiles

backup = BackupSettings(
    files=[
        ProtectedFiles(
            name="media",
            paths=["/srv/media"],
            exclude=["/srv/media/*.tmp"],  # what need not come back
            hours=1,  # the longest time between two backups
            at_least_files=1,  # fewer: it is not mounted, or gone
        ),
    ],
    data_folders=["/srv"],  # each entry is data: drift reports what nothing declares
    repository=None,  # or a disk of its own: Local(path="/mnt/backup/postgresql", mount="/mnt/backup")
    postgres=None,  # or what follows, with a passphrase of your own: docs/backup.md
    # PostgresBackups(passphrase=Secrets("prod")["backup"], full_at="02:00", incremental_hours=4)
    # PostgresBackups(archive_timeout_seconds=60, wal_queue=0.1, verify_at="Sat *-*-* 05:00")
    # PostgresBackups(keep=Days, scratch="/var/lib/rigwright-backup/scratch")
    # Days(days=30)
    # Counts(daily=7, weekly=4, monthly=3)
    promise=Promise(rto_seconds=4 * 3600, rpo_seconds=3600),  # what rules and settings are held to
)
