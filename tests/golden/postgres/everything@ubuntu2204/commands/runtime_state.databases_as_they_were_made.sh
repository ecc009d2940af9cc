cd / && runuser -u postgres -- /usr/lib/postgresql/14/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
SELECT coalesce(json_object_agg(datname || ' ' || key, value), '{}') FROM pg_database d, LATERAL (VALUES
    ('encoding', pg_encoding_to_char(encoding)),
    ('locale', datcollate)
) AS told (key, value) WHERE datname IN ('studio', 'jobs');
SQL
# studio encoding: UTF8
# studio locale: C.UTF-8
# jobs encoding: LATIN1
# jobs locale: C
# remediation after_activation:
