"""What must come back after a loss of the reference host, besides what its subsystems declare themselves."""

from deploys.backup.settings import BackupSettings, ProtectedFiles

backup = BackupSettings(
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
)
