path=/mnt/backup/postgresql
mount=/mnt/backup
set -- new
deploys/backup/programs/repository.sh
