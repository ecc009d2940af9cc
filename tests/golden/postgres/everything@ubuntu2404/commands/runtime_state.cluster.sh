cd / && runuser -u postgres -- /usr/lib/postgresql/16/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
SELECT json_build_object(
    'data_checksums', current_setting('data_checksums'),
    'server_encoding', (SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'template1'),
    'password of postgres', (SELECT CASE WHEN rolpassword IS NULL THEN 'none' ELSE 'set' END
                             FROM pg_authid WHERE rolname = 'postgres'),
    'PUBLIC creates in the database postgres', (SELECT CASE WHEN bool_or(has_schema_privilege('public', oid, 'CREATE'))
                                                THEN 'yes' ELSE 'no' END FROM pg_namespace WHERE nspname = 'public'),
    'extension pg_stat_statements', (SELECT CASE WHEN count(*) = 1 THEN 'installed' ELSE 'missing' END
                                     FROM pg_extension WHERE extname = 'pg_stat_statements'));
SQL
# data_checksums: on
# server_encoding: UTF8
# password of postgres: none
# PUBLIC creates in the database postgres: no
# extension pg_stat_statements: installed
# remediation after_activation:
cd / && runuser -u postgres -- /usr/lib/postgresql/16/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
SET client_min_messages = warning;
ALTER ROLE postgres PASSWORD NULL;
SELECT 'REVOKE CREATE ON SCHEMA public FROM PUBLIC' FROM pg_namespace WHERE nspname = 'public' \gexec
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
SQL
