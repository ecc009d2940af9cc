path=/mnt/vault/database
mount=/mnt/vault
state=/var/lib/rigwright-backup
set -- state
deploys/backup/programs/repository.sh
# mounted: yes
# owner: this host
# remediation after_activation:
