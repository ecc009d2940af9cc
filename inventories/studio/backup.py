"""What must come back after a loss of the reference host, where its backups are, and what is promised."""

from deploys.backup.settings import (
    BackupSettings,
    Days,
    Local,
    PostgresBackups,
    Promise,
    ProtectedFiles,
    ResticBackups,
)
from rigwright.secrets import SecretSource


def backup(secrets: SecretSource) -> BackupSettings:
    """With the passphrases of the repositories out of a store; keep them elsewhere too: docs/backup.md."""
    return BackupSettings(
        files=[
            ProtectedFiles(
                name="media",
                paths=["/srv/video"],
                exclude=["/srv/video/*.tmp"],  # what need not come back
                hours=1,  # the longest time between two backups
                at_least_files=0,  # 1 once there is a video: fewer mean that it is not mounted, or gone
            ),
        ],
        data_folders=["/srv"],  # each entry is data: drift reports what nothing declares
        # A dataset of the backup disk, which holds nothing of the database: nothing is written without it.
        repository=Local(path="/var/backups/repository/postgresql", mount="/var/backups/repository"),
        postgres=PostgresBackups(
            passphrase=secrets["backup_passphrase"],
            full_at="02:00",
            incremental_hours=4,
            archive_timeout_seconds=60,  # the most that is lost of the log
            wal_queue=0.1,  # the share of its disk that may wait for the repository
            keep=Days(days=30),  # or Counts(daily=7, weekly=4, monthly=3)
            verify_at="Sat *-*-* 05:00",  # the newest is restored, and every table read
            scratch="/var/lib/rigwright-backup/scratch",  # there
        ),
        # All else: files, volumes of stacks, Redis, certificates, host keys and /etc.
        restic=ResticBackups(
            repository=Local(path="/var/backups/repository/files", mount="/var/backups/repository"),
            passphrase=secrets["restic_passphrase"],
            at="03:30",  # what is backed up once a day or less; media each hour, as above
            keep=Days(days=30),
            verify_at="Sun *-*-* 05:00",  # the newest of each is restored and compared
            verify_whole_mib=1024,  # of larger data a sample
            verify_weeks=4,  # in so many every byte of the repository is read
            limit_mib=None,  # or MiB/s that it writes at most
            scratch="/var/lib/rigwright-backup-files/scratch",
        ),
        # A copy elsewhere, docs/how-to/second-place.md:
        # by Second(place=S3(…), at="*-*-* 22:00", upload_limit_mib=20, office_hours=None),
        # what is gone from the first stays as long as Second(delete_after_days=14) says,
        # and Second(verify_at="Mon *-*-* 06:00", verify_whole_mib=256, scratch="/var/lib/…/scratch")
        # to S3(endpoint="https://…", bucket="…", prefix="studio", region="eu-1", key_id="…", ca=None)
        # with S3(secret_key=secrets["s3_key"])
        # or Rclone(path="drive:backups/studio", configuration=secrets["drive"]),
        # by day OfficeHours(upload_limit_mib=2, begin="08:00", end="18:00")
        second=None,
        promise=Promise(rto_seconds=4 * 3600, rpo_seconds=3600),  # what rules and settings are held to
    )
