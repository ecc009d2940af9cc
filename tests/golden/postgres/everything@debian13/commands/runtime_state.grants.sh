# One session goes through the databases; each line is a member of the object that is printed.
cd / && runuser -u postgres -- /usr/lib/postgresql/17/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\echo '{'
\connect "studio"
SELECT to_json(current_database() || ' ' || key) || ':' || to_json(value) || ',' FROM (
    SELECT 'database', coalesce(string_agg(told, '; ' ORDER BY told COLLATE "C"), 'none') FROM (
        SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END || ' '
            || string_agg(privilege_type, '+' ORDER BY privilege_type COLLATE "C")
        FROM pg_database d, aclexplode(coalesce(datacl, acldefault('d', datdba)))
        WHERE datname = current_database() AND grantee <> datdba GROUP BY grantee) AS each (told)
    UNION ALL
    SELECT 'schema public', coalesce(string_agg(told, '; ' ORDER BY told COLLATE "C"), 'none') FROM (
        SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END || ' '
            || string_agg(privilege_type, '+' ORDER BY privilege_type COLLATE "C")
        FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
        WHERE nspname = 'public' AND grantee <> nspowner GROUP BY grantee) AS each (told)
    UNION ALL
    SELECT 'owner of schema public', pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public'
    UNION ALL
    SELECT 'new tables', coalesce(string_agg(told, '; ' ORDER BY told COLLATE "C"), 'none') FROM (
        SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END || ' '
            || string_agg(privilege_type, '+' ORDER BY privilege_type COLLATE "C")
        FROM pg_default_acl a, aclexplode(defaclacl)
        WHERE defaclrole = 'studio_owner'::regrole AND defaclobjtype = 'r'
            AND defaclnamespace = 'public'::regnamespace AND grantee <> defaclrole GROUP BY grantee) AS each (told)
    UNION ALL
    SELECT 'tables that report cannot read, or may change', count(*)::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relowner = 'studio_owner'::regrole
        AND (NOT has_table_privilege('report', oid, 'SELECT')
             OR has_table_privilege('report', oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))
    UNION ALL
    SELECT 'tables that studio cannot change', count(*)::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relowner = 'studio_owner'::regrole
        AND NOT (has_table_privilege('studio', oid, 'SELECT') AND has_table_privilege('studio', oid, 'INSERT')
             AND has_table_privilege('studio', oid, 'UPDATE') AND has_table_privilege('studio', oid, 'DELETE'))
    UNION ALL
    SELECT 'extension pg_trgm', CASE WHEN count(*) = 1 THEN 'installed' ELSE 'missing' END
    FROM pg_extension WHERE extname = 'pg_trgm'
    UNION ALL
    SELECT 'extension uuid-ossp', CASE WHEN count(*) = 1 THEN 'installed' ELSE 'missing' END
    FROM pg_extension WHERE extname = 'uuid-ossp'
) AS told (key, value);
\connect "jobs"
SELECT to_json(current_database() || ' ' || key) || ':' || to_json(value) || ',' FROM (
    SELECT 'database', coalesce(string_agg(told, '; ' ORDER BY told COLLATE "C"), 'none') FROM (
        SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END || ' '
            || string_agg(privilege_type, '+' ORDER BY privilege_type COLLATE "C")
        FROM pg_database d, aclexplode(coalesce(datacl, acldefault('d', datdba)))
        WHERE datname = current_database() AND grantee <> datdba GROUP BY grantee) AS each (told)
    UNION ALL
    SELECT 'schema public', coalesce(string_agg(told, '; ' ORDER BY told COLLATE "C"), 'none') FROM (
        SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END || ' '
            || string_agg(privilege_type, '+' ORDER BY privilege_type COLLATE "C")
        FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
        WHERE nspname = 'public' AND grantee <> nspowner GROUP BY grantee) AS each (told)
    UNION ALL
    SELECT 'owner of schema public', pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public'
    UNION ALL
    SELECT 'new tables', coalesce(string_agg(told, '; ' ORDER BY told COLLATE "C"), 'none') FROM (
        SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END || ' '
            || string_agg(privilege_type, '+' ORDER BY privilege_type COLLATE "C")
        FROM pg_default_acl a, aclexplode(defaclacl)
        WHERE defaclrole = 'studio_owner'::regrole AND defaclobjtype = 'r'
            AND defaclnamespace = 'public'::regnamespace AND grantee <> defaclrole GROUP BY grantee) AS each (told)
) AS told (key, value);
\echo '"databases": 2}'
SQL
# studio database: report CONNECT; studio CONNECT
# studio schema public: report USAGE; studio USAGE
# studio owner of schema public: pg_database_owner
# studio new tables: report SELECT; studio DELETE+INSERT+SELECT+UPDATE
# studio tables that report cannot read, or may change: 0
# studio tables that studio cannot change: 0
# studio extension pg_trgm: installed
# studio extension uuid-ossp: installed
# jobs database: none
# jobs schema public: none
# jobs owner of schema public: pg_database_owner
# jobs new tables: none
# databases: 2
# remediation after_activation:
# In each database: what the settings give, and nobody else. The schema belongs to the database's owner.
cd / && runuser -u postgres -- /usr/lib/postgresql/17/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\connect "studio"
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS "pg_trgm";
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
SELECT format('REVOKE ALL ON DATABASE %I FROM %s', datname,
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
WHERE datname = current_database() AND grantee <> datdba \gexec
SELECT format('REVOKE ALL ON SCHEMA public FROM %s',
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
WHERE nspname = 'public' AND grantee <> nspowner \gexec
CREATE SCHEMA IF NOT EXISTS public;
ALTER SCHEMA public OWNER TO pg_database_owner;
GRANT ALL ON SCHEMA public TO pg_database_owner;
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE "studio_owner" IN SCHEMA public REVOKE ALL ON TABLES FROM %s',
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
FROM pg_default_acl, aclexplode(defaclacl)
WHERE defaclrole = 'studio_owner'::regrole AND defaclobjtype = 'r'
    AND defaclnamespace = 'public'::regnamespace AND grantee <> defaclrole \gexec
GRANT CONNECT ON DATABASE "studio" TO "report";
GRANT USAGE ON SCHEMA public TO "report";
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "report";
GRANT SELECT ON ALL TABLES IN SCHEMA public TO "report";
ALTER DEFAULT PRIVILEGES FOR ROLE "studio_owner" IN SCHEMA public GRANT SELECT ON TABLES TO "report";
GRANT CONNECT ON DATABASE "studio" TO "studio";
GRANT USAGE ON SCHEMA public TO "studio";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "studio";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "studio";
ALTER DEFAULT PRIVILEGES FOR ROLE "studio_owner" IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "studio";
ALTER DEFAULT PRIVILEGES FOR ROLE "studio_owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "studio";
COMMIT;
\connect "jobs"
SET client_min_messages = warning;
BEGIN;
SELECT format('REVOKE ALL ON DATABASE %I FROM %s', datname,
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
WHERE datname = current_database() AND grantee <> datdba \gexec
SELECT format('REVOKE ALL ON SCHEMA public FROM %s',
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
WHERE nspname = 'public' AND grantee <> nspowner \gexec
CREATE SCHEMA IF NOT EXISTS public;
ALTER SCHEMA public OWNER TO pg_database_owner;
GRANT ALL ON SCHEMA public TO pg_database_owner;
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE "studio_owner" IN SCHEMA public REVOKE ALL ON TABLES FROM %s',
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
FROM pg_default_acl, aclexplode(defaclacl)
WHERE defaclrole = 'studio_owner'::regrole AND defaclobjtype = 'r'
    AND defaclnamespace = 'public'::regnamespace AND grantee <> defaclrole \gexec
COMMIT;
SQL
