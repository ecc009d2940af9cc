cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/15/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\set names 'studio,jobs'
\set versions 'yes'
deploys/postgres/programs/read_collations.sql
SQL
# studio encoding: UTF8
# studio locale: C.UTF-8
# studio collation: as when it was made
# jobs encoding: LATIN1
# jobs locale: C
# jobs collation: as when it was made
# remediation after_activation:
