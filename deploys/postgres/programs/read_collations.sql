-- Prints how each database was made, and from version 15 on whether its collation is still that of its library.
-- names: the databases, separated by commas
-- versions: whether the server keeps versions of collations
SELECT coalesce(json_object_agg(datname || ' ' || key, value), '{}') FROM pg_database d, LATERAL (VALUES
    ('encoding', pg_encoding_to_char(encoding)),
    ('locale', datcollate)
\if :versions
    , ('collation', CASE WHEN datcollversion IS NOT DISTINCT FROM pg_database_collation_actual_version(d.oid)
                    THEN 'as when it was made' ELSE 'of another library: rebuild the indexes' END)
\endif
) AS state (key, value) WHERE datname = ANY (string_to_array(:'names', ','));
