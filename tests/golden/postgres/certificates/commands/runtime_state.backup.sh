cd / && runuser -u postgres -- /usr/lib/postgresql/18/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres <<'SQL'
SELECT json_build_object('databases without a dump', coalesce(string_agg(datname, ', ' ORDER BY datname), 'none'))
FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres';
SQL
# databases without a dump: none
# remediation after_activation:
