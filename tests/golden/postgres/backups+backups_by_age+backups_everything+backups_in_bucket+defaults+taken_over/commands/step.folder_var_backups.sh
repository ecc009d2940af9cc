umask 022 && mkdir -p /var/backups
