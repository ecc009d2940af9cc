-- Brings the whole cluster to what read_cluster.sql is compared with, as far as a statement can.
SET client_min_messages = warning;
ALTER ROLE postgres PASSWORD NULL;
SELECT 'REVOKE CREATE ON SCHEMA public FROM PUBLIC' FROM pg_namespace WHERE nspname = 'public' \gexec
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
