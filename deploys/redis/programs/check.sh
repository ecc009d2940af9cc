# Starts the server with the new configuration, because it has no test of it: on a socket of its own, without the
# data, and as its user, so that it must be able to read what it will read. Prints the end of its log where it fails.
# name: redis or valkey; package: its server's program; user; folder: its configuration
: "${name:?}" "${package:?}" "${user:?}" "${folder:?}"
scratch=$(mktemp -d) && chown "$user:" "$scratch" || exit 1
setpriv --reuid="$user" --regid="$user" --clear-groups \
    "$package" "$folder/$name.conf" --port 0 --unixsocket "$scratch/s" --dir "$scratch" \
    --save '' --appendonly no --daemonize no --supervised no --pidfile "$scratch/pid" \
    --loglevel warning --logfile '' >"$scratch/out" 2>&1 &
server=$!
# It listens before it reads the users, and responds after that.
responds() { "$name-cli" -s "$scratch/s" PING 2>/dev/null | grep -Eq '^(PONG|NOAUTH)'; }
tries=100
until responds; do
    tries=$((tries - 1))
    kill -0 "$server" 2>/dev/null && [ "$tries" -gt 0 ] || break
    sleep 0.1
done
responds
good=$?
kill "$server" 2>/dev/null
wait "$server"
# A rule of a user may hold the hash of a password.
[ "$good" = 0 ] || grep -v overcommit "$scratch/out" | sed 's/#[0-9a-f]\{64\}/#…/g' | tail -n 12
rm -rf "$scratch"
exit "$good"
