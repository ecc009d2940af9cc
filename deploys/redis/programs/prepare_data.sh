#!/bin/sh
# Runs before each start. The server reads the append-only file or the dump, never both: one that the other setting
# left would be passed over, and gone with the next save. With append_only=yes this makes the append-only file of the
# dump; otherwise it refuses to start beside one. server.env, beside it on the host, names the engine.
set -eu
umask 077
# shellcheck source=/dev/null
. /usr/local/lib/rigwright/redis/server.env
: "${name:?}" "${package:?}" "${user:?}" "${data:?}" "${dump:?}" "${log:?}" "${databases:?}" "${append_only:?}"
cd "$data"
if [ -e "$log" ] || [ -e "appendonlydir/$log.manifest" ]; then logged=yes; else logged=no; fi
if [ "$append_only" = no ]; then
    [ "$logged" = yes ] || exit 0
    echo "there is an append-only file, which would not be read: apply with append_only=True, and turn it off then" >&2
    exit 1
fi
[ "$logged" = no ] && [ -s "$dump" ] || exit 0

# A server of our own, which no one else reaches, makes one of the dump; one rename puts it in its place.
scratch=$data/.rigwright-from-dump
rm -rf "$scratch"
mkdir -m 700 "$scratch"
cp --reflink=auto "$dump" "$scratch/dump.rdb"
chown -R "$user:$user" "$scratch"
setpriv --reuid="$user" --regid="$user" --clear-groups \
    "$package" --port 0 --unixsocket "$scratch/s" --unixsocketperm 600 --dir "$scratch" \
    --databases "$databases" --appendfilename "$log" --appendonly no --save '' --daemonize no --loglevel warning --logfile '' &
server=$!
trap 'kill "$server" 2>/dev/null || :; rm -rf "$scratch"' EXIT

cli() { "$name-cli" -s "$scratch/s" "$@"; }
alive() { kill -0 "$server" 2>/dev/null || { echo "the dump $data/$dump cannot be read" >&2; exit 1; }; }

until cli INFO persistence 2>/dev/null | grep -q '^loading:0'; do
    alive
    sleep 0.2
done
[ "$(cli CONFIG SET appendonly yes)" = OK ]
# Written whole when no rewrite is running or waiting, and the last one went well.
until cli INFO persistence | tr -d '\r' | awk -F: '
    $1 ~ /^aof_rewrite_(in_progress|scheduled)$/ { busy += $2 }
    $1 == "aof_last_bgrewrite_status" { good = ($2 == "ok") }
    $1 == "aof_enabled" { on = $2 }
    END { exit !(on && good && !busy) }'; do
    alive
    sleep 0.2
done
cli SHUTDOWN NOSAVE >/dev/null 2>&1 || :
wait "$server" || :
sync -f "$scratch"
if [ -d "$scratch/appendonlydir" ]; then
    rm -rf appendonlydir
    mv -T "$scratch/appendonlydir" appendonlydir
else
    mv -T "$scratch/$log" "$log"
fi
echo "made the append-only file from $dump"
