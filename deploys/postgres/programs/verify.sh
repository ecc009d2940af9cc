#!/bin/sh
# Restores the newest dump, or the one that is the argument, into a scratch cluster that no one else can reach,
# compares roles, definitions and row counts with what they were, and takes the scratch cluster away.
# Exits with another code than 0 where something differs, or no dump could be restored.
set -eu
umask 077
# shellcheck source=deploys/postgres/programs/dump_common.sh
. /usr/local/lib/rigwright/postgres/dump_common.sh
started=$(date +%s)
scratch=$directory/.scratch
socket=$(mktemp -d /tmp/rigwright-verify.XXXXXX)
export PGHOST="$socket"
name=${1:-$(dumps | tail -n 1)}
dump=$directory/$name

clear_away() {
    code=$?
    [ ! -e "$scratch/data/postmaster.pid" ] || pg_ctl -D "$scratch/data" -m immediate -s stop || :
    rm -rf "$scratch" "$socket"
    [ "$code" = 0 ] || record verify-failed.json "{\"at\": $started, \"exit_code\": $code, \"name\": \"$name\"}"
}
trap clear_away EXIT
trap 'exit 143' TERM INT

# Line by line in any order: that of grants is the order in which they were given, and no restore keeps it.
same() {
    sort "$1" >"$scratch/before"
    sort "$2" >"$scratch/after"
    if ! diff "$scratch/before" "$scratch/after" >"$scratch/difference"; then
        echo "$name: $3 differ after the restore:"
        head -n 20 "$scratch/difference"
        exit 1
    fi
}

if [ -z "$name" ] || [ ! -d "$dump" ]; then
    echo "there is no dump in $directory"
    exit 1
fi
(cd "$dump" && sha256sum --quiet -c SHA256SUMS)
if [ -e "$scratch/data/postmaster.pid" ]; then pg_ctl -D "$scratch/data" -m immediate -s stop || :; fi
rm -rf "$scratch"
mkdir "$scratch"
initdb -D "$scratch/data" -U postgres --encoding=UTF8 --locale=C.UTF-8 --auth=reject --auth-local=peer \
    --no-sync >/dev/null
pg_ctl -D "$scratch/data" -s -w -t 60 -l "$scratch/log" -o "-c listen_addresses= -c unix_socket_directories=$socket \
    -c fsync=off -c full_page_writes=off -c shared_buffers=64MB -c max_wal_size=2GB -c jit=off" start

# The role of initdb is there already; the database of that name comes from the dump.
grep -v '^CREATE ROLE postgres;$' "$dump/globals.sql" | psql -X -q -v ON_ERROR_STOP=1 -d template1 >/dev/null
psql -X -q -v ON_ERROR_STOP=1 -d template1 -c 'DROP DATABASE postgres'
while IFS= read -r database; do
    pg_restore --exit-on-error --create -d template1 "$dump/$database.dump"
done <"$dump/databases"
restored=$(date +%s)

# A dump of an earlier revision has no such file.
sql roles postgres >"$scratch/roles"
[ ! -e "$dump/roles" ] || same "$dump/roles" "$scratch/roles" "roles, memberships or their settings"
pg_dumpall -l template1 --globals-only >"$scratch/globals.all"
plain "$scratch/globals.all" >"$scratch/globals"
same "$dump/globals.sql" "$scratch/globals" "roles"
while IFS= read -r database; do
    pg_dump --schema-only "$database" >"$scratch/schema.all"
    plain "$scratch/schema.all" >"$scratch/schema"
    same "$dump/$database.schema" "$scratch/schema" "definitions of $database"
    sql rows "$database" >"$scratch/rows"
    same "$dump/$database.rows" "$scratch/rows" "row counts of $database"
done <"$dump/databases"

: >"$dump/verified"
record verify.json "{\"at\": $started, \"restore_seconds\": $((restored - started)), \"seconds\": $(($(date +%s) - started)), \"name\": \"$name\"}"
rm -f "$directory/verify-failed.json"
echo "$name: restored and compared"
