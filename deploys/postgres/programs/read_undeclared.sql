-- Prints roles and databases that the inventory does not name. Object numbers below 16384 are initdb's own.
-- roles, databases: the names of the inventory, separated by commas
SELECT coalesce(json_object_agg(name, kind), '{}') FROM (
    SELECT rolname, 'role' FROM pg_roles
    WHERE oid >= 16384 AND rolname <> ALL (string_to_array(:'roles', ','))
    UNION ALL
    SELECT datname, 'database' FROM pg_database
    WHERE datname <> ALL ('{postgres,template0,template1}'::text[] || string_to_array(:'databases', ','))
) AS undeclared (name, kind);
