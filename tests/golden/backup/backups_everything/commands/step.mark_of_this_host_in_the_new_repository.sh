path=/mnt/vault/database
mount=/mnt/vault
set -- mark
deploys/backup/programs/repository.sh
