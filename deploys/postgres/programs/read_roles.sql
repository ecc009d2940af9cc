-- Prints what each role may do, its settings and its groups. Passwords are compared here, and only the result is shown.
-- names: the roles, separated by commas
-- passwords: a file for \i that sets `verifiers`, a JSON object of {"verifier": …, "revision": …} by role
-- Nothing of this is logged, however long it takes: it holds verifiers.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
\i :passwords
\if :{?verifiers}
\else
\set verifiers '{}'
\endif
WITH found AS (
    SELECT r.*, expected ->> 'verifier' AS expected_password, expected ->> 'revision' AS revision,
        (SELECT string_agg(option, ', ' ORDER BY option) FROM pg_db_role_setting s, unnest(s.setconfig) option
         WHERE s.setrole = r.oid AND s.setdatabase = 0) AS options,
        (SELECT string_agg(g.rolname, ', ' ORDER BY g.rolname::text COLLATE "C") FROM pg_auth_members m
         JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid) AS groups
    FROM pg_authid r LEFT JOIN json_each(:'verifiers') AS kept (name, expected) ON kept.name = r.rolname
    WHERE r.rolname = ANY (string_to_array(:'names', ','))
)
SELECT coalesce(json_object_agg(rolname || ' ' || key, value), '{}') FROM found, LATERAL (VALUES
    ('may', concat_ws(' ', CASE WHEN rolcanlogin THEN 'log in' END, CASE WHEN rolinherit THEN 'inherit' END,
        CASE WHEN rolsuper THEN 'be superuser' END, CASE WHEN rolcreatedb THEN 'create databases' END,
        CASE WHEN rolcreaterole THEN 'create roles' END, CASE WHEN rolreplication THEN 'replicate' END,
        CASE WHEN rolbypassrls THEN 'bypass row security' END)),
    ('password', CASE WHEN rolpassword IS NOT DISTINCT FROM expected_password THEN 'as wanted' ELSE 'differs' END),
    ('password revision', coalesce(revision, 'none')),
    ('password valid until', coalesce(nullif(rolvaliduntil::text, 'infinity'), 'always')),
    ('connections', CASE WHEN rolconnlimit < 0 THEN 'any' ELSE rolconnlimit::text END),
    ('settings', coalesce(options, 'none')),
    ('member of', coalesce(groups, 'none'))
) AS state (key, value);
