#!/bin/sh
# Copies one database of the cluster on a socket into the running server, with its owner, rights and settings.
# Arguments: the socket's folder, the database. It runs as postgres. Exits with another code than 0 where not all came.
set -eu
# shellcheck source=/dev/null
. /usr/local/lib/rigwright/backup/values.env
: "${programs:?}" "${port:?}" "${state:?}"
export LC_ALL=C PATH="$programs:/usr/bin:/bin" PGUSER=postgres
# A shell without pipefail does not see that what feeds a pipe failed.
failed=$state/copy-failed
rm -f "$failed"
{ pg_dump -h "$1" -p 5432 -Fc -C "$2" || : >"$failed"; } |
    pg_restore -h /run/postgresql -p "$port" -d postgres -C --exit-on-error
[ ! -e "$failed" ]
