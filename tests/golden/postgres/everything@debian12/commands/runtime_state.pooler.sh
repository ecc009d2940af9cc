told=$(cd / && runuser -u postgres -- /usr/lib/postgresql/15/bin/psql -X -q -A -t -h /run/postgresql -p 6433 -U pgbouncer -d pgbouncer -c 'SHOW CONFIG') || exit 1
printf '%s\n' "$told" | awk -F '|' '$1 ~ /^(auth_type|default_pool_size|listen_addr|listen_port|max_client_conn|pool_mode|stats_users)$/ { printf "%s\"%s\": \"%s\"", sep, $1, $2; sep = ", " }
    BEGIN { printf "{" } END { printf "}" }'
# auth_type: scram-sha-256
# default_pool_size: 5
# listen_addr: 127.0.0.1
# listen_port: 6433
# max_client_conn: 200
# pool_mode: transaction
# stats_users: 
# remediation after_activation:
systemctl restart pgbouncer.service
sleep 1
