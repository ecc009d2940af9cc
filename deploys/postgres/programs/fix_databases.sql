-- Makes the databases, and gives each to its owner. Databases are never dropped.
-- databases: JSON, a list of {"name", "owner", "encoding", "locale"}
SET client_min_messages = warning;
SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L LOCALE %L', name, encoding, locale)
FROM json_to_recordset(:'databases') AS database (name text, encoding text, locale text)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec
SELECT format('ALTER DATABASE %I OWNER TO %I', name, owner)
FROM json_to_recordset(:'databases') AS database (name text, owner text) \gexec
SELECT format('ALTER DATABASE %I WITH ALLOW_CONNECTIONS true CONNECTION LIMIT -1', name)
FROM json_to_recordset(:'databases') AS database (name text) \gexec
