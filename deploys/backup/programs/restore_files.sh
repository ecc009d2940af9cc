#!/bin/sh
# Restores declared files, a volume or Redis's dump into a new folder, beside what is there.
# Arguments: the declared name; "latest", a label or a time such as "2027-03-01 14:05:00+00"; the new folder.
# Owners are those of this host with the same names. Prints what it did. Exits 0 where all came back, else 1.
set -eu
[ $# = 3 ] || {
    echo "usage: restore-files NAME latest|LABEL|'YYYY-MM-DD HH:MM:SS+00' NEW_FOLDER" >&2
    exit 64
}
exec python3 -I /usr/local/lib/rigwright/backup/files.pyz restore "$@"
