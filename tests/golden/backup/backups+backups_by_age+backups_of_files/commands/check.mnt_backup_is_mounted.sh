mountpoint -q /mnt/backup || { echo it is not mounted: mount it first >&2; exit 1; }
