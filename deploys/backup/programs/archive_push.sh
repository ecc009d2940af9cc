#!/bin/sh
# Takes one segment of PostgreSQL's log to the repository, as the server's archive_command.
# Argument: the segment's path, relative to the data directory, where it runs as postgres.
# Exits 0 where it is in the repository, or was dropped on purpose because waiting segments are more than the bound;
# a dropped one is recorded in $state/dropped, and a full backup is due. Else 1, and the server tries again.
set -u
# shellcheck source=/dev/null
. /usr/local/lib/rigwright/backup/values.env
: "${state:?}" "${stanza:?}" "${config:?}" "${share_ppm:?}" "${push_seconds:?}" "${tools:?}"
name=${1##*/}
failing=$state/failing

over_bound() {
    waiting=$(find pg_wal/archive_status -name '*.ready' 2>/dev/null | wc -l)
    case $name in
        ????????????????????????) bytes=$(stat -c %s "$1") ;;
        *) bytes=16777216 ;;
    esac
    # Blocks of the file system, in the unit that %S is; no product here exceeds 64 bits below 9 EB.
    blocks=$(stat -f -c %b pg_wal)
    block=$(stat -f -c %S pg_wal)
    size=$((blocks * block / 1048576))
    queued=$((waiting * bytes / 1048576))
    [ $((queued * 1000000)) -gt $((size * share_ppm)) ]
}

dropped() {
    printf '%s %s\n' "$(date +%s)" "$name" >>"$state/dropped" || exit 1
    : >"$state/full-due"
    echo "$name: dropped, because segments that wait take more than the bound" >&2
    exit 0
}

# A push that hangs would take its whole time for each of thousands of segments.
if [ -n "$(find "$failing" -newermt '-60 seconds' 2>/dev/null)" ] && over_bound "$1"; then dropped; fi

if "$tools/repository" ready &&
    timeout -k 5 "$push_seconds" pgbackrest --config="$config" --stanza="$stanza" --log-level-console=warn archive-push "$1"; then
    rm -f "$failing"
    exit 0
fi
: >"$failing"
if over_bound "$1"; then dropped; fi
exit 1
