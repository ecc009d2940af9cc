-- Prints the number of a database's own tables and of all their rows, and reads every row for that. Those of the system
-- differ between two copies of a database.
SELECT count(*), coalesce(sum((xpath('/row/rows/text()', query_to_xml(
    format('SELECT count(*) AS rows FROM %I.%I', n.nspname, r.relname), false, true, '')))[1]::text::bigint), 0)
FROM pg_class AS r JOIN pg_namespace AS n ON n.oid = r.relnamespace
WHERE r.relkind IN ('r', 'm') AND r.relpersistence = 'p' AND (r.relkind = 'r' OR r.relispopulated)
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_';
