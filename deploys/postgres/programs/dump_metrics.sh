#!/bin/sh
# Exposes to Prometheus when the newest whole dump was begun. It runs as root after each dump, however that ended:
# only root may write to that folder. Of the dumps it reads nothing but their names.
set -eu
umask 022
# shellcheck source=deploys/postgres/programs/dump_common.sh
. /usr/local/lib/rigwright/postgres/dump_common.sh
folder=/var/lib/prometheus/node-exporter
[ -d "$folder" ] || exit 0
newest=$(dumps | tail -n 1)
[ -n "$newest" ] || exit 0
at=$(date -u -d "$(printf %s "$newest" | sed -E 's/(....)(..)(..)T(..)(..)(..)Z/\1-\2-\3 \4:\5:\6/')" +%s)
cat >"$folder/rigwright_postgres_dump.prom.new" <<END
# HELP rigwright_postgres_dump_timestamp_seconds When the newest whole dump was begun.
# TYPE rigwright_postgres_dump_timestamp_seconds gauge
rigwright_postgres_dump_timestamp_seconds $at
END
mv -f "$folder/rigwright_postgres_dump.prom.new" "$folder/rigwright_postgres_dump.prom"
