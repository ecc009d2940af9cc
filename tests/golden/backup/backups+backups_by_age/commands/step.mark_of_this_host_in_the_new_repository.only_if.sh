path=/mnt/backup/postgresql
mount=/mnt/backup
state=/var/lib/rigwright-backup
set -- new
deploys/backup/programs/repository.sh
