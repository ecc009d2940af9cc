cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/15/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\set names 'listen_addresses,port,max_connections,hba_file,shared_buffers,huge_pages,wal_buffers,max_worker_processes,shared_preload_libraries'
deploys/postgres/programs/read_settings.sql
SQL
# listen_addresses: 0.0.0.0, ::1
# port: 5433
# max_connections: 60
# hba_file: /etc/rigwright/postgres/pg_hba.conf
# shared_buffers: 160MB
# huge_pages: off
# wal_buffers: 4912kB
# max_worker_processes: 4
# shared_preload_libraries: pg_stat_statements
# remediation after_activation:
