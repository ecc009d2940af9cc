# Passwords are compared here, and only the answer is printed.
cd / && runuser -u postgres -- /usr/lib/postgresql/14/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\i /etc/rigwright/postgres/passwords.psql
WITH wanted (name, password, revision) AS (VALUES
    ('studio_owner', :'password_studio_owner', :'revision_studio_owner'),
    ('studio', :'password_studio', :'revision_studio'),
    ('report', :'password_report', :'revision_report'),
    ('watchers', NULL, NULL),
    ('watcher', :'password_watcher', :'revision_watcher'),
    ('prometheus', NULL, NULL)
), found AS (
    SELECT r.*, w.password AS wanted_password, w.revision,
        (SELECT string_agg(option, ', ' ORDER BY option) FROM pg_db_role_setting s, unnest(s.setconfig) option
         WHERE s.setrole = r.oid AND s.setdatabase = 0) AS options,
        (SELECT string_agg(g.rolname, ', ' ORDER BY g.rolname::text COLLATE "C") FROM pg_auth_members m
         JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid) AS groups
    FROM wanted w JOIN pg_authid r ON r.rolname = w.name
)
SELECT coalesce(json_object_agg(rolname || ' ' || key, value), '{}') FROM found, LATERAL (VALUES
    ('may', concat_ws(' ', CASE WHEN rolcanlogin THEN 'log in' END, CASE WHEN rolinherit THEN 'inherit' END,
        CASE WHEN rolsuper THEN 'be superuser' END, CASE WHEN rolcreatedb THEN 'create databases' END,
        CASE WHEN rolcreaterole THEN 'create roles' END, CASE WHEN rolreplication THEN 'replicate' END,
        CASE WHEN rolbypassrls THEN 'bypass row security' END)),
    ('password', CASE WHEN rolpassword IS NOT DISTINCT FROM wanted_password THEN 'as wanted' ELSE 'differs' END),
    ('password revision', coalesce(revision, 'none')),
    ('password valid until', coalesce(nullif(rolvaliduntil::text, 'infinity'), 'always')),
    ('connections', CASE WHEN rolconnlimit < 0 THEN 'any' ELSE rolconnlimit::text END),
    ('settings', coalesce(options, 'none')),
    ('member of', coalesce(groups, 'none'))
) AS told (key, value);
SQL
# studio_owner may: log in inherit create databases
# studio_owner password: as wanted
# studio_owner password revision: a23b
# studio_owner password valid until: always
# studio_owner connections: any
# studio_owner settings: idle_in_transaction_session_timeout=60s, idle_session_timeout=300s, statement_timeout=0s
# studio_owner member of: none
# studio may: log in inherit
# studio password: as wanted
# studio password revision: 84fa
# studio password valid until: always
# studio connections: 10
# studio settings: idle_in_transaction_session_timeout=300s, idle_session_timeout=300s, statement_timeout=30s
# studio member of: none
# report may: log in inherit
# report password: as wanted
# report password revision: 3777
# report password valid until: always
# report connections: any
# report settings: idle_in_transaction_session_timeout=300s, idle_session_timeout=300s, statement_timeout=0s
# report member of: pg_read_all_stats, watchers
# watchers may: inherit
# watchers password: as wanted
# watchers password revision: none
# watchers password valid until: always
# watchers connections: any
# watchers settings: idle_in_transaction_session_timeout=300s, idle_session_timeout=300s, statement_timeout=0s
# watchers member of: none
# watcher may: log in inherit
# watcher password: as wanted
# watcher password revision: 450f
# watcher password valid until: always
# watcher connections: any
# watcher settings: idle_in_transaction_session_timeout=300s, idle_session_timeout=0s, statement_timeout=0s
# watcher member of: pg_monitor
# prometheus may: log in inherit
# prometheus password: as wanted
# prometheus password revision: none
# prometheus password valid until: always
# prometheus connections: 5
# prometheus settings: idle_in_transaction_session_timeout=300s, idle_session_timeout=0s, statement_timeout=30s
# prometheus member of: pg_monitor
# remediation after_activation:
# Nothing of this is logged, or kept in statistics: it holds verifiers. Roles are never dropped.
cd / && runuser -u postgres -- /usr/lib/postgresql/14/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
SET client_min_messages = warning;
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
\i /etc/rigwright/postgres/passwords.psql
BEGIN;
SELECT 'CREATE ROLE "studio_owner"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'studio_owner') \gexec
ALTER ROLE "studio_owner" WITH NOSUPERUSER NOREPLICATION NOBYPASSRLS INHERIT
    LOGIN CREATEDB NOCREATEROLE
    CONNECTION LIMIT -1 VALID UNTIL 'infinity'
    PASSWORD :'password_studio_owner';
ALTER ROLE "studio_owner" RESET ALL;
ALTER ROLE "studio_owner" SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE "studio_owner" SET idle_session_timeout = '300s';
ALTER ROLE "studio_owner" SET statement_timeout = '0s';
SELECT 'CREATE ROLE "studio"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'studio') \gexec
ALTER ROLE "studio" WITH NOSUPERUSER NOREPLICATION NOBYPASSRLS INHERIT
    LOGIN NOCREATEDB NOCREATEROLE
    CONNECTION LIMIT 10 VALID UNTIL 'infinity'
    PASSWORD :'password_studio';
ALTER ROLE "studio" RESET ALL;
ALTER ROLE "studio" SET idle_in_transaction_session_timeout = '300s';
ALTER ROLE "studio" SET idle_session_timeout = '300s';
ALTER ROLE "studio" SET statement_timeout = '30s';
SELECT 'CREATE ROLE "report"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'report') \gexec
ALTER ROLE "report" WITH NOSUPERUSER NOREPLICATION NOBYPASSRLS INHERIT
    LOGIN NOCREATEDB NOCREATEROLE
    CONNECTION LIMIT -1 VALID UNTIL 'infinity'
    PASSWORD :'password_report';
ALTER ROLE "report" RESET ALL;
ALTER ROLE "report" SET idle_in_transaction_session_timeout = '300s';
ALTER ROLE "report" SET idle_session_timeout = '300s';
ALTER ROLE "report" SET statement_timeout = '0s';
SELECT 'CREATE ROLE "watchers"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'watchers') \gexec
ALTER ROLE "watchers" WITH NOSUPERUSER NOREPLICATION NOBYPASSRLS INHERIT
    NOLOGIN NOCREATEDB NOCREATEROLE
    CONNECTION LIMIT -1 VALID UNTIL 'infinity'
    PASSWORD NULL;
ALTER ROLE "watchers" RESET ALL;
ALTER ROLE "watchers" SET idle_in_transaction_session_timeout = '300s';
ALTER ROLE "watchers" SET idle_session_timeout = '300s';
ALTER ROLE "watchers" SET statement_timeout = '0s';
SELECT 'CREATE ROLE "watcher"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'watcher') \gexec
ALTER ROLE "watcher" WITH NOSUPERUSER NOREPLICATION NOBYPASSRLS INHERIT
    LOGIN NOCREATEDB NOCREATEROLE
    CONNECTION LIMIT -1 VALID UNTIL 'infinity'
    PASSWORD :'password_watcher';
ALTER ROLE "watcher" RESET ALL;
ALTER ROLE "watcher" SET idle_in_transaction_session_timeout = '300s';
ALTER ROLE "watcher" SET idle_session_timeout = '0s';
ALTER ROLE "watcher" SET statement_timeout = '0s';
SELECT 'CREATE ROLE "prometheus"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'prometheus') \gexec
ALTER ROLE "prometheus" WITH NOSUPERUSER NOREPLICATION NOBYPASSRLS INHERIT
    LOGIN NOCREATEDB NOCREATEROLE
    CONNECTION LIMIT 5 VALID UNTIL 'infinity'
    PASSWORD NULL;
ALTER ROLE "prometheus" RESET ALL;
ALTER ROLE "prometheus" SET idle_in_transaction_session_timeout = '300s';
ALTER ROLE "prometheus" SET idle_session_timeout = '0s';
ALTER ROLE "prometheus" SET statement_timeout = '30s';
SELECT format('REVOKE %I FROM %I', g.rolname, r.rolname) FROM pg_auth_members m
JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
WHERE r.rolname IN ('studio_owner', 'studio', 'report', 'watchers', 'watcher', 'prometheus')
    AND (r.rolname || ' ' || g.rolname) NOT IN ('report watchers', 'report pg_read_all_stats', 'watcher pg_monitor', 'prometheus pg_monitor') \gexec
GRANT "watchers" TO "report";
GRANT "pg_read_all_stats" TO "report";
GRANT "pg_monitor" TO "watcher";
GRANT "pg_monitor" TO "prometheus";
COMMIT;
SQL
