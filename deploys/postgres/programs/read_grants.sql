-- Adds to `found`, a JSON object, what the database that it is connected to grants, and counts the databases.
-- owner: the role that owns it
-- readers, writers, extensions: names, separated by commas
\if :{?found}
\else
\set found '{}'
\endif
SELECT :'found'::jsonb || jsonb_object_agg(current_database() || ' ' || key, value)
    || jsonb_build_object('databases', coalesce((:'found'::jsonb ->> 'databases')::integer, 0) + 1) AS found
FROM (
    SELECT 'database', coalesce(string_agg(granted, '; ' ORDER BY granted COLLATE "C"), 'none') FROM (
        SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END || ' '
            || string_agg(privilege_type, '+' ORDER BY privilege_type COLLATE "C")
        FROM pg_database d, aclexplode(coalesce(datacl, acldefault('d', datdba)))
        WHERE datname = current_database() AND grantee <> datdba GROUP BY grantee) AS each (granted)
    UNION ALL
    SELECT 'schema public', coalesce(string_agg(granted, '; ' ORDER BY granted COLLATE "C"), 'none') FROM (
        SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END || ' '
            || string_agg(privilege_type, '+' ORDER BY privilege_type COLLATE "C")
        FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
        WHERE nspname = 'public' AND grantee <> nspowner GROUP BY grantee) AS each (granted)
    UNION ALL
    SELECT 'owner of schema public', pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public'
    UNION ALL
    SELECT 'new tables', coalesce(string_agg(granted, '; ' ORDER BY granted COLLATE "C"), 'none') FROM (
        SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END || ' '
            || string_agg(privilege_type, '+' ORDER BY privilege_type COLLATE "C")
        FROM pg_default_acl a, aclexplode(defaclacl)
        WHERE defaclrole = quote_ident(:'owner')::regrole AND defaclobjtype = 'r'
            AND defaclnamespace = 'public'::regnamespace AND grantee <> defaclrole GROUP BY grantee) AS each (granted)
    UNION ALL
    SELECT format('tables that %s cannot read, or may change', role), count(c.oid)::text
    FROM unnest(string_to_array(:'readers', ',')) AS role
    LEFT JOIN pg_class c ON relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND relowner = quote_ident(:'owner')::regrole AND (NOT has_table_privilege(role, c.oid, 'SELECT')
            OR has_table_privilege(role, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))
    GROUP BY role
    UNION ALL
    SELECT format('tables that %s cannot change', role), count(c.oid)::text
    FROM unnest(string_to_array(:'writers', ',')) AS role
    LEFT JOIN pg_class c ON relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND relowner = quote_ident(:'owner')::regrole
        AND NOT (has_table_privilege(role, c.oid, 'SELECT') AND has_table_privilege(role, c.oid, 'INSERT')
             AND has_table_privilege(role, c.oid, 'UPDATE') AND has_table_privilege(role, c.oid, 'DELETE'))
    GROUP BY role
    UNION ALL
    SELECT format('extension %s', name), CASE WHEN extname IS NULL THEN 'missing' ELSE 'installed' END
    FROM unnest(string_to_array(:'extensions', ',')) AS name LEFT JOIN pg_extension ON extname = name
) AS state (key, value) \gset
