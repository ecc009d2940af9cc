[ ! -d /var/backups ]
