cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/14/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\set names 'studio,jobs'
\set versions 'no'
deploys/postgres/programs/read_collations.sql
SQL
# studio encoding: UTF8
# studio locale: C.UTF-8
# jobs encoding: LATIN1
# jobs locale: C
# remediation after_activation:
