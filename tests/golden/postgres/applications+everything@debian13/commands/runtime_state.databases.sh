cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/17/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\set names 'studio,jobs'
deploys/postgres/programs/read_databases.sql
SQL
# studio owner: studio_owner
# studio connections: any
# jobs owner: studio_owner
# jobs connections: any
# remediation after_activation:
cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/17/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\set databases '[{"name": "studio", "owner": "studio_owner", "encoding": "UTF8", "locale": "C.UTF-8"}, {"name": "jobs", "owner": "studio_owner", "encoding": "LATIN1", "locale": "C"}]'
deploys/postgres/programs/fix_databases.sql
SQL
