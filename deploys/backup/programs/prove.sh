#!/bin/sh
# Restores one backup into the scratch cluster, reads every row of every table, and takes the cluster away.
# Argument: the backup's label. It runs as postgres, and waits for no other restore: its caller has the lock.
# Prints JSON: databases, tables, rows. Exits with another code than 0 where it cannot be restored or read.
set -eu
umask 077
# shellcheck source=deploys/backup/programs/scratch.sh
. /usr/local/lib/rigwright/backup/scratch.sh
trap clear_away EXIT
trap 'exit 143' TERM INT

restore --set="$1" --type=immediate
psql -X -q -A -t -d postgres -c 'SELECT datname FROM pg_database WHERE datallowconn' >"$scratch/databases"
databases=0 tables=0 rows=0
while IFS= read -r database; do
    counted=$(PGDATABASE="$database" psql -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 -f "$tools/rows.sql" </dev/null)
    databases=$((databases + 1))
    tables=$((tables + ${counted% *}))
    rows=$((rows + ${counted#* }))
done <"$scratch/databases"
[ "$databases" -gt 0 ]
printf '{"databases": %s, "tables": %s, "rows": %s}\n' "$databases" "$tables" "$rows"
