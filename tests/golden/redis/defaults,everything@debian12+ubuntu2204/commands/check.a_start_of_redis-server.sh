# The server has no test of its configuration, so it is started with the new one: on a socket of its own, without
# the data, and as its user, so that it must be able to read what it will read.
scratch=$(mktemp -d) && chown redis: "$scratch" || exit 1
setpriv --reuid=redis --regid=redis --clear-groups \
    redis-server /etc/redis/redis.conf --port 0 --unixsocket "$scratch/s" --dir "$scratch" \
    --save '' --appendonly no --daemonize no --supervised no --pidfile "$scratch/pid" \
    --loglevel warning --logfile '' >"$scratch/out" 2>&1 &
server=$!
# It listens before it reads the users, and answers after that.
answers() { redis-cli -s "$scratch/s" PING 2>/dev/null | grep -Eq '^(PONG|NOAUTH)'; }
tries=100
until answers; do
    tries=$((tries - 1))
    kill -0 "$server" 2>/dev/null && [ "$tries" -gt 0 ] || break
    sleep 0.1
done
answers
good=$?
kill "$server" 2>/dev/null
wait "$server"
# A rule of a user may hold the hash of a password.
[ "$good" = 0 ] || grep -v overcommit "$scratch/out" | sed 's/#[0-9a-f]\{64\}/#…/g' | tail -n 12
rm -rf "$scratch"
exit "$good"
