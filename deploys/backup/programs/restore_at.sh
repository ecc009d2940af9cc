#!/bin/sh
# Restores PostgreSQL into a folder, as of a moment, and leaves it running on a socket there.
# Arguments: the folder; "passing", or "lasting" where its files become the server's own; pgBackRest's configuration;
# pgBackRest's options. What a killed one left in the folder is taken up again with "lasting".
# With "stop" alone the scratch cluster is taken away; with "start" and a folder, what was restored there runs again.
# It runs as postgres. Exits with another code than 0 where the moment is not reached.
set -eu
umask 077
# shellcheck source=deploys/backup/programs/scratch.sh
. /usr/local/lib/rigwright/backup/scratch.sh
if [ "$1" = stop ]; then
    clear_away
    exit 0
fi
if [ "$1" = start ]; then
    scratch=$2
    export PGHOST="$scratch"
    started
    exit 0
fi
scratch=$1 config=$3
export PGHOST="$scratch"
if [ "$2" = lasting ]; then lasting=yes; else lasting=no; fi
shift 3
if [ -e "$scratch/data/postmaster.pid" ]; then
    pg_ctl -D "$scratch/data" -m immediate -s stop >&2 || :
fi
# Without these it is not known to be a data directory, and pgBackRest refuses to complete it.
if [ "$lasting" = yes ] && [ -e "$scratch/data/PG_VERSION" ] && [ -e "$scratch/data/backup.manifest" ]; then
    set -- --delta "$@"
else
    rm -rf "$scratch/data" "$scratch/tablespaces"
fi
restore "$@"
