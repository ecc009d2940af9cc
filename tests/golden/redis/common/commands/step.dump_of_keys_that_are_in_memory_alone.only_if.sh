[ ! -e /usr/local/lib/rigwright/redis/server.env ] || exit 1
exec python3 -I -c deploys/redis/programs/usage.py unsaved
