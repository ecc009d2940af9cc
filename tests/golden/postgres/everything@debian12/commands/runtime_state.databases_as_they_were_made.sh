cd / && runuser -u postgres -- /usr/lib/postgresql/15/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
SELECT coalesce(json_object_agg(datname || ' ' || key, value), '{}') FROM pg_database d, LATERAL (VALUES
    ('encoding', pg_encoding_to_char(encoding)),
    ('locale', datcollate),
    ('collation', CASE WHEN datcollversion IS NOT DISTINCT FROM pg_database_collation_actual_version(d.oid)
                  THEN 'as when it was made' ELSE 'of another library: rebuild the indexes' END)
) AS told (key, value) WHERE datname IN ('studio', 'jobs');
SQL
# studio encoding: UTF8
# studio locale: C.UTF-8
# studio collation: as when it was made
# jobs encoding: LATIN1
# jobs locale: C
# jobs collation: as when it was made
# remediation after_activation:
