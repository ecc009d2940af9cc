path=/mnt/backup/postgresql
mount=/mnt/backup
state=/var/lib/rigwright-backup
set -- mark
deploys/backup/programs/repository.sh
