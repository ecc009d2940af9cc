-- Reads every index and every table of a database, and fails, or prints a line, for what is damaged. It changes nothing.
BEGIN;
CREATE EXTENSION IF NOT EXISTS amcheck;
SELECT extnamespace::regnamespace AS amcheck FROM pg_extension WHERE extname = 'amcheck' \gset
\o /dev/null
SELECT :amcheck.bt_index_check(i.indexrelid)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS a ON a.oid = c.relam
WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence = 'p' AND i.indisready AND i.indisvalid;
\o
SELECT c.oid::regclass, found.blkno, found.msg
FROM pg_class AS c, LATERAL :amcheck.verify_heapam(c.oid) AS found
WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence = 'p';
ROLLBACK;
