cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/16/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
deploys/postgres/programs/read_cluster.sql
SQL
# data_directory: /var/lib/postgresql/16/main
# data_checksums: on
# server_encoding: UTF8
# password of postgres: none
# PUBLIC creates in the database postgres: no
# extension pg_stat_statements: installed
# remediation after_activation:
cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/16/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
deploys/postgres/programs/fix_cluster.sql
SQL
