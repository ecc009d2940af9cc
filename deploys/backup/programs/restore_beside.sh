#!/bin/sh
# Restores PostgreSQL as it was at a time into the scratch cluster, beside the running one, and leaves it running.
# Argument: the time as PostgreSQL reads it, such as "2027-03-01 14:05:00+00"; or "stop", which takes it away.
# It runs as postgres. Exits with another code than 0 where the time is not reached: then nothing is left behind.
set -eu
umask 077
# shellcheck source=deploys/backup/programs/scratch.sh
. /usr/local/lib/rigwright/backup/scratch.sh
: "${state:?}"
[ $# = 1 ] || {
    echo "usage: restore-beside 'YYYY-MM-DD HH:MM:SS+00' | stop" >&2
    exit 64
}
# The weekly trial restore uses the same folder, and a backup may remove what is read here.
exec 9>"$state/lock"
flock -n 9 || {
    echo "a backup or a restore runs: try again when it has ended" >&2
    exit 1
}
if [ "$1" = stop ]; then
    clear_away
    exit 0
fi
failed() {
    code=$?
    [ "$code" = 0 ] || clear_away
}
trap failed EXIT
trap 'exit 143' TERM INT
same_version
restore --type=time --target="$1" 9>&-
echo "restored as of $1: psql -h $scratch"
