path=/mnt/backup/files
mount=/mnt/backup
state=/var/lib/rigwright-backup-files
account=root
set -- new
deploys/backup/programs/repository.sh
