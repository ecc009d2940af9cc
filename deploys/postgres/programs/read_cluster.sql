-- Prints what holds for the whole cluster.
SELECT json_build_object(
    'data_directory', current_setting('data_directory'),
    'data_checksums', current_setting('data_checksums'),
    'server_encoding', (SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'template1'),
    'password of postgres', (SELECT CASE WHEN rolpassword IS NULL THEN 'none' ELSE 'set' END
                             FROM pg_authid WHERE rolname = 'postgres'),
    'PUBLIC creates in the database postgres', (SELECT CASE WHEN bool_or(has_schema_privilege('public', oid, 'CREATE'))
                                                THEN 'yes' ELSE 'no' END FROM pg_namespace WHERE nspname = 'public'),
    'extension pg_stat_statements', (SELECT CASE WHEN count(*) = 1 THEN 'installed' ELSE 'missing' END
                                     FROM pg_extension WHERE extname = 'pg_stat_statements'));
