#!/bin/sh
# Vacuums and analyses every database, as the superuser: an application's role would skip tables that it does not own.
set -eu
# shellcheck source=/dev/null
. /usr/local/lib/rigwright/postgres/cluster.env
: "${programs:?}" "${port:?}"
export LC_ALL=C PATH="$programs:/usr/bin:/bin"
exec vacuumdb -h /run/postgresql -p "$port" -U postgres --all --analyze --quiet
