cd / && runuser -u postgres -- /usr/lib/postgresql/16/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
SELECT coalesce(json_object_agg(datname || ' ' || key, value), '{}') FROM pg_database d, LATERAL (VALUES
    ('owner', pg_get_userbyid(datdba)),
    ('connections', CASE WHEN NOT datallowconn THEN 'none' WHEN datconnlimit < 0 THEN 'any' ELSE datconnlimit::text END)
) AS told (key, value) WHERE datname IN ('studio', 'jobs');
SQL
# studio owner: studio_owner
# studio connections: any
# jobs owner: studio_owner
# jobs connections: any
# remediation after_activation:
# Databases are never dropped.
cd / && runuser -u postgres -- /usr/lib/postgresql/16/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
SET client_min_messages = warning;
SELECT 'CREATE DATABASE "studio" TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'studio') \gexec
ALTER DATABASE "studio" OWNER TO "studio_owner";
ALTER DATABASE "studio" WITH ALLOW_CONNECTIONS true CONNECTION LIMIT -1;
SELECT 'CREATE DATABASE "jobs" TEMPLATE template0 ENCODING ''LATIN1'' LOCALE ''C'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'jobs') \gexec
ALTER DATABASE "jobs" OWNER TO "studio_owner";
ALTER DATABASE "jobs" WITH ALLOW_CONNECTIONS true CONNECTION LIMIT -1;
SQL
