-- Prints the owner of each database, and whether it may be entered.
-- names: the databases, separated by commas
SELECT coalesce(json_object_agg(datname || ' ' || key, value), '{}') FROM pg_database d, LATERAL (VALUES
    ('owner', pg_get_userbyid(datdba)),
    ('connections', CASE WHEN NOT datallowconn THEN 'none' WHEN datconnlimit < 0 THEN 'any' ELSE datconnlimit::text END)
) AS state (key, value) WHERE datname = ANY (string_to_array(:'names', ','));
