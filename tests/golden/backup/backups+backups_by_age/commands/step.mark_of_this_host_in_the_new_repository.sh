path=/mnt/backup/postgresql
mount=/mnt/backup
set -- mark
deploys/backup/programs/repository.sh
