-- Prints what a running server holds, who is connected, and how it lets clients in. Object numbers below 16384 are
-- initdb's own.
SELECT json_build_object(
    'port', current_setting('port')::int,
    'listen', current_setting('listen_addresses'),
    'data', current_setting('data_directory'),
    'checksums', current_setting('data_checksums'),
    'encoding', (SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'template1'),
    'max_connections', current_setting('max_connections')::int,
    'preloaded', current_setting('shared_preload_libraries'),
    'standby', pg_is_in_recovery(),
    'tables', (SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'm')
               AND relnamespace = 'public'::regnamespace),
    'databases', (SELECT coalesce(json_agg(json_build_object('name', datname, 'owner', pg_get_userbyid(datdba),
        'bytes', pg_database_size(oid)) ORDER BY datname), '[]') FROM pg_database
        WHERE datname <> ALL ('{postgres,template0,template1}')),
    'roles', (SELECT coalesce(json_agg(json_build_object('name', rolname, 'login', rolcanlogin,
        'super', rolsuper) ORDER BY rolname), '[]') FROM pg_roles WHERE oid >= 16384),
    'sessions', (SELECT coalesce(json_agg(one), '[]') FROM (
        SELECT a.usename AS role, a.datname AS database, host(a.client_addr) AS address,
            coalesce(s.ssl, false) AS tls, a.backend_type = 'walsender' AS standby, count(*) AS count
        FROM pg_stat_activity a LEFT JOIN pg_stat_ssl s USING (pid)
        WHERE a.backend_type IN ('client backend', 'walsender') AND a.pid <> pg_backend_pid()
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5) AS one),
    'rules', (SELECT coalesce(json_agg(json_build_object('line', line_number, 'type', type, 'databases', database,
        'roles', user_name, 'address', address, 'netmask', netmask, 'method', auth_method) ORDER BY line_number), '[]')
        FROM pg_hba_file_rules WHERE error IS NULL));
