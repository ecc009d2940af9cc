cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/18/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres <<'SQL'
\set names 'listen_addresses,port,max_connections,hba_file,shared_buffers,huge_pages,wal_buffers,max_worker_processes,io_method,shared_preload_libraries'
deploys/postgres/programs/read_settings.sql
SQL
# listen_addresses: 127.0.0.1
# port: 5432
# max_connections: 100
# hba_file: /etc/rigwright/postgres/pg_hba.conf
# shared_buffers: 16GB
# huge_pages: try
# wal_buffers: 16MB
# max_worker_processes: 32
# io_method: worker
# shared_preload_libraries: pg_stat_statements
# remediation after_activation:
programs=/usr/lib/postgresql/18/bin
port=5432
unit=postgresql@18-main.service
restart_for=listen_addresses,port,max_connections,hba_file,shared_buffers,huge_pages,wal_buffers,max_worker_processes,io_method,shared_preload_libraries
deploys/postgres/programs/reload.sh
