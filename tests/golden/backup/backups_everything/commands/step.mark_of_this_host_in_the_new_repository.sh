path=/mnt/vault/database
mount=/mnt/vault
state=/var/lib/rigwright-backup
set -- mark
deploys/backup/programs/repository.sh
