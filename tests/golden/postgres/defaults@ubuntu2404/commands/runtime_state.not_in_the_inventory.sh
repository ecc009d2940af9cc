cd / && runuser -u postgres -- /usr/lib/postgresql/16/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres <<'SQL'
SELECT coalesce(json_object_agg(name, kind), '{}') FROM (
    SELECT rolname, 'role' FROM pg_roles WHERE oid >= 16384 AND rolname NOT IN ('')
    UNION ALL
    SELECT datname, 'database' FROM pg_database
    WHERE datname NOT IN ('postgres', 'template0', 'template1', '')
) AS undeclared (name, kind);
SQL
# remediation after_activation:
