-- Prints each table of the database and the number of its rows.
SELECT format('SELECT %L, count(*) FROM %I.%I', c.oid::regclass, n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_t'
ORDER BY n.nspname, c.relname \gexec
