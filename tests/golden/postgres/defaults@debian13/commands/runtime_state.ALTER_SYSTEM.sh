# Values may be secrets, such as the password of a connection.
cd / && runuser -u postgres -- /usr/lib/postgresql/17/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres <<'SQL'
SELECT coalesce(json_object_agg(name, 'set'), '{}') FROM pg_file_settings
WHERE sourcefile = current_setting('data_directory') || '/postgresql.auto.conf';
SQL
# remediation after_activation:
cd / && runuser -u postgres -- /usr/lib/postgresql/17/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres -c 'ALTER SYSTEM RESET ALL'
# A reload is a signal: the server has read its files when a new session is told of a later time.
loaded() { cd / && runuser -u postgres -- /usr/lib/postgresql/17/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres -c 'SELECT pg_conf_load_time()'; }
before=$(loaded)
systemctl reload postgresql@17-main.service
for _ in $(seq 100); do
    [ "$(loaded)" = "$before" ] || break
    sleep 0.05
done
