path=/mnt/backup/files
mount=/mnt/backup
state=/var/lib/rigwright-backup-files
account=root
set -- state
deploys/backup/programs/repository.sh
# mounted: yes
# owner: this host
# remediation after_activation:
