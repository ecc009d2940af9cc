cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/14/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres <<'SQL'
\set roles ''
\set databases ''
deploys/postgres/programs/read_undeclared.sql
SQL
# remediation after_activation:
