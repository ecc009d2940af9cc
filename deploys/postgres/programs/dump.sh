#!/bin/sh
# Dumps roles and every database, each as of one moment, with what a later restore is compared with.
# A dump gets its name when it is whole, and dumps that are older than keep_days go.
# No arguments; exits with another code than 0 where there is no new dump.
set -eu
umask 077
# shellcheck source=deploys/postgres/programs/dump_common.sh
. /usr/local/lib/rigwright/postgres/dump_common.sh
export PGHOST=/run/postgresql
started=$(date +%s)
now=$(date -u -d "@$started" +%Y%m%dT%H%M%SZ)
# Its name is the time at which it began, so that one of the same second is waited for and not renamed.
while [ -e "$directory/$now" ]; do
    sleep 0.2
    started=$(date +%s)
    now=$(date -u -d "@$started" +%Y%m%dT%H%M%SZ)
done
new=$directory/.new

failed() {
    code=$?
    [ "$code" = 0 ] || record dump-failed.json "{\"at\": $started, \"exit_code\": $code}"
}
trap failed EXIT

dump() {
    export DATABASE="$1" NEW="$new"
    psql -X -q -A -t -v ON_ERROR_STOP=1 -v rows="$new/$1.rows" -v script="$tools/rows.sql" -d "$1" <<'SQL'
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv SNAPSHOT :snapshot
\! pg_dump --snapshot="$SNAPSHOT" -Fc -f "$NEW/$DATABASE.dump" "$DATABASE" && touch "$NEW/dumped"
\! pg_dump --snapshot="$SNAPSHOT" --schema-only -f "$NEW/all" "$DATABASE" && touch "$NEW/described"
\o :rows
\i :script
\o
COMMIT;
SQL
    plain "$new/all" >"$new/$1.schema"
    rm "$new/dumped" "$new/described" "$new/all"
    pg_restore --list "$new/$1.dump" >/dev/null
}

rm -rf "$new"
mkdir "$new"
sql roles postgres >"$new/roles"
pg_dumpall --globals-only >"$new/all"
plain "$new/all" >"$new/globals.sql"
rm "$new/all"
psql -X -q -A -t -c "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1" \
    >"$new/databases"
while IFS= read -r database; do
    dump "$database" </dev/null
done <"$new/databases"
(cd "$new" && sha256sum -- * >SHA256SUMS)
sync -f "$new"
mv -T "$new" "$directory/$now"
sync -f "$directory"

# By name and not by the file system's time, which a copy or a touch changes.
newest_verified=$(dumps | while IFS= read -r one; do [ ! -e "$directory/$one/verified" ] || echo "$one"; done | tail -n 1)
oldest=$(date -u -d "-$keep_days days" +%Y%m%d%H%M%S)
dumps | while IFS= read -r one; do
    [ "$one" != "$now" ] && [ "$one" != "$newest_verified" ] || continue
    [ "$(printf '%s' "$one" | tr -d TZ)" -ge "$oldest" ] || rm -rf "${directory:?}/${one:?}"
done

bytes=$(du -sb "$directory/$now" | cut -f 1)
count=$(wc -l <"$directory/$now/databases")
record dump.json "{\"at\": $started, \"seconds\": $(($(date +%s) - started)), \"bytes\": $bytes, \"databases\": $count, \"name\": \"$now\"}"
rm -f "$directory/dump-failed.json"
