cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/17/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5432 -d postgres <<'SQL'
\set names 'listen_addresses,port,max_connections,hba_file,shared_buffers,huge_pages,wal_buffers,wal_level,archive_mode,shared_preload_libraries'
deploys/postgres/programs/read_settings.sql
SQL
# listen_addresses: 127.0.0.1
# port: 5432
# max_connections: 100
# hba_file: /etc/rigwright/postgres/pg_hba.conf
# shared_buffers: 128MB
# huge_pages: try
# wal_buffers: 3928kB
# wal_level: replica
# archive_mode: on
# shared_preload_libraries: pg_stat_statements
# remediation after_activation:
programs=/usr/lib/postgresql/17/bin
port=5432
unit=postgresql@17-main.service
restart_for=listen_addresses,port,max_connections,hba_file,shared_buffers,huge_pages,wal_buffers,wal_level,archive_mode,shared_preload_libraries
deploys/postgres/programs/reload.sh
