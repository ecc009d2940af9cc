#!/bin/sh
# The second place: copies the repositories there, proves the copy, and restores out of it; second.py has the verbs.
# Its exit codes are those of that program.
exec python3 -I /usr/local/lib/rigwright/backup/second.pyz "$@"
