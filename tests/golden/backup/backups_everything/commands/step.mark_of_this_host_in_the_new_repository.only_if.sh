path=/mnt/vault/database
mount=/mnt/vault
set -- new
deploys/backup/programs/repository.sh
