path=/mnt/backup/files
mount=/mnt/backup
state=/var/lib/rigwright-backup-files
account=root
set -- mark
deploys/backup/programs/repository.sh

systemctl start --no-block rigwright-backup-files.service
