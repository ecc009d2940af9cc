-- Gives the database that it is connected to its extensions and grants, and takes away every other grant.
-- The schema belongs to the database's owner.
-- owner: the role that owns it
-- readers, writers, extensions: names, separated by commas
SET client_min_messages = warning;
BEGIN;
SELECT format('CREATE EXTENSION IF NOT EXISTS %I', name) FROM unnest(string_to_array(:'extensions', ',')) AS name \gexec
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
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public REVOKE ALL ON TABLES FROM %s', :'owner',
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
FROM pg_default_acl, aclexplode(defaclacl)
WHERE defaclrole = quote_ident(:'owner')::regrole AND defaclobjtype = 'r'
    AND defaclnamespace = 'public'::regnamespace AND grantee <> defaclrole \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role),
    format('GRANT USAGE ON SCHEMA public TO %I', role),
    format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', role),
    format('GRANT SELECT ON ALL TABLES IN SCHEMA public TO %I', role),
    format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public GRANT SELECT ON TABLES TO %I', :'owner', role)
FROM unnest(string_to_array(:'readers', ',')) AS role \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role),
    format('GRANT USAGE ON SCHEMA public TO %I', role),
    format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', role),
    format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', role),
    format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', :'owner', role),
    format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO %I', :'owner', role)
FROM unnest(string_to_array(:'writers', ',')) AS role \gexec
COMMIT;
