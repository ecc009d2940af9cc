cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/14/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\connect "studio"
\set owner 'studio_owner'
\set readers 'report'
\set writers 'studio'
\set extensions 'ip4r,pg_trgm,uuid-ossp'
deploys/postgres/programs/read_grants.sql
\connect "jobs"
\set owner 'studio_owner'
\set readers ''
\set writers ''
\set extensions ''
deploys/postgres/programs/read_grants.sql
deploys/postgres/programs/print_found.sql
SQL
# studio database: report CONNECT; studio CONNECT
# studio schema public: report USAGE; studio USAGE
# studio owner of schema public: pg_database_owner
# studio new tables: report SELECT; studio DELETE+INSERT+SELECT+UPDATE
# studio tables that report cannot read, or may change: 0
# studio tables that studio cannot change: 0
# studio extension ip4r: installed
# studio extension pg_trgm: installed
# studio extension uuid-ossp: installed
# jobs database: none
# jobs schema public: none
# jobs owner of schema public: pg_database_owner
# jobs new tables: none
# databases: 2
# remediation after_activation:
cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/14/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\connect "studio"
\set owner 'studio_owner'
\set readers 'report'
\set writers 'studio'
\set extensions 'ip4r,pg_trgm,uuid-ossp'
deploys/postgres/programs/fix_grants.sql
\connect "jobs"
\set owner 'studio_owner'
\set readers ''
\set writers ''
\set extensions ''
deploys/postgres/programs/fix_grants.sql
SQL
