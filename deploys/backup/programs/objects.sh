#!/bin/sh
# Small files of other programs in both places of backups; objects.py has the verbs.
# Its exit codes are those of that program.
exec python3 -I /usr/local/lib/rigwright/backup/objects.pyz "$@"
