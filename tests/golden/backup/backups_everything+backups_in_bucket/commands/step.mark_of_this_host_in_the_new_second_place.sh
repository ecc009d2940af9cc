/usr/local/lib/rigwright/backup/second-repository first
