/usr/local/lib/rigwright/backup/repository first
