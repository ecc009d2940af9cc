path=/mnt/vault/other
mount=/mnt/vault
state=/var/lib/rigwright-backup-files
account=root
set -- state
deploys/backup/programs/repository.sh
# mounted: yes
# owner: this host
# remediation after_activation:
