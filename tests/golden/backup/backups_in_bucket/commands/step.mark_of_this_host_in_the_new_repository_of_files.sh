/usr/local/lib/rigwright/backup/files-repository first
systemctl start --no-block rigwright-backup-files.service
