path=/mnt/backup/postgresql
mount=/mnt/backup
state=/var/lib/rigwright-backup
set -- state
deploys/backup/programs/repository.sh
# mounted: yes
# owner: this host
# remediation after_activation:
