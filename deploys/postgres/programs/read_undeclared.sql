-- Prints roles and databases that the inventory does not name, and what is set for a database, or for a role in
-- one: it overrides what the server and the role have. Values may be secrets of an application, so names only.
-- Object numbers below 16384 are initdb's own.
-- roles, databases: the names of the inventory, separated by commas
SELECT coalesce(json_object_agg(name, kind), '{}') FROM (
    SELECT rolname, 'role' FROM pg_roles
    WHERE oid >= 16384 AND rolname <> ALL (string_to_array(:'roles', ','))
    UNION ALL
    SELECT datname, 'database' FROM pg_database
    WHERE datname <> ALL ('{postgres,template0,template1}'::text[] || string_to_array(:'databases', ','))
    UNION ALL
    SELECT concat_ws(' ', 'settings of', 'the role ' || rolname, CASE WHEN rolname IS NOT NULL AND datname IS NOT NULL THEN 'in' END,
        'the database ' || datname), string_agg(split_part(option, '=', 1), ', ' ORDER BY option)
    FROM pg_db_role_setting AS s LEFT JOIN pg_roles AS r ON r.oid = setrole LEFT JOIN pg_database AS d ON d.oid = setdatabase,
        unnest(setconfig) AS option
    WHERE setdatabase <> 0 OR setrole = 10 GROUP BY rolname, datname
) AS undeclared (name, kind);
