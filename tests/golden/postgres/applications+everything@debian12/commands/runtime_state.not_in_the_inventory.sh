cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/15/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\set roles 'studio_owner,studio,report,watchers,watcher,prometheus'
\set databases 'studio,jobs'
deploys/postgres/programs/read_undeclared.sql
SQL
# remediation after_activation:
