path=/mnt/vault/other
mount=/mnt/vault
state=/var/lib/rigwright-backup-files
account=root
set -- new
deploys/backup/programs/repository.sh
