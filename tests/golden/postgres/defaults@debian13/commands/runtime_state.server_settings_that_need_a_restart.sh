cd / && runuser -u postgres -- /usr/lib/postgresql/17/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres <<'SQL'
SELECT coalesce(json_object_agg(name, current_setting(name)), '{}') FROM pg_settings
WHERE lower(name) IN ('listen_addresses', 'port', 'max_connections', 'hba_file', 'shared_buffers', 'huge_pages', 'wal_buffers', 'shared_preload_libraries');
SQL
# listen_addresses: 127.0.0.1
# port: 5432
# max_connections: 100
# hba_file: /etc/rigwright/postgres/pg_hba.conf
# shared_buffers: 128MB
# huge_pages: try
# wal_buffers: 3928kB
# shared_preload_libraries: pg_stat_statements
# remediation after_activation:
# On the first apply the server has just started with these files: then nothing waits.
set -eu
# A reload is a signal: the server has read its files when a new session is told of a later time.
loaded() { cd / && runuser -u postgres -- /usr/lib/postgresql/17/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres -c 'SELECT pg_conf_load_time()'; }
before=$(loaded)
systemctl reload postgresql@17-main.service
for _ in $(seq 100); do
    [ "$(loaded)" = "$before" ] || break
    sleep 0.05
done
waits=$(cd / && runuser -u postgres -- /usr/lib/postgresql/17/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres -c "SELECT count(*) FROM pg_settings WHERE pending_restart AND name IN ('listen_addresses', 'port', 'max_connections', 'hba_file', 'shared_buffers', 'huge_pages', 'wal_buffers', 'shared_preload_libraries')")
[ "$waits" = 0 ] || systemctl restart postgresql@17-main.service
