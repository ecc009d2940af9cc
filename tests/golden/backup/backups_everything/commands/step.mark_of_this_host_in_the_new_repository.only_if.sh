path=/mnt/vault/database
mount=/mnt/vault
state=/var/lib/rigwright-backup
set -- new
deploys/backup/programs/repository.sh
