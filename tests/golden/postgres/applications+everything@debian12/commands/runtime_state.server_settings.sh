cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/15/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\set names 'effective_cache_size,work_mem,maintenance_work_mem,max_parallel_workers,max_parallel_workers_per_gather,max_parallel_maintenance_workers,jit,random_page_cost,effective_io_concurrency,default_statistics_target,min_wal_size,max_wal_size,wal_compression,default_toast_compression,checkpoint_completion_target,checkpoint_timeout,password_encryption,ssl,ssl_cert_file,ssl_key_file,ssl_min_protocol_version,ssl_ciphers,pg_stat_statements.track,pg_stat_statements.track_utility,track_io_timing,log_min_duration_statement,log_checkpoints,log_lock_waits,log_temp_files,log_autovacuum_min_duration,autovacuum,autovacuum_vacuum_scale_factor,autovacuum_analyze_scale_factor,autovacuum_vacuum_cost_limit'
deploys/postgres/programs/read_settings.sql
SQL
# effective_cache_size: 480MB
# work_mem: 4MB
# maintenance_work_mem: 40MB
# max_parallel_workers: 4
# max_parallel_workers_per_gather: 2
# max_parallel_maintenance_workers: 2
# jit: off
# random_page_cost: 1.1
# effective_io_concurrency: 1000
# default_statistics_target: 100
# min_wal_size: 1GB
# max_wal_size: 4GB
# wal_compression: lz4
# default_toast_compression: lz4
# checkpoint_completion_target: 0.9
# checkpoint_timeout: 10min
# password_encryption: scram-sha-256
# ssl: on
# ssl_cert_file: /etc/rigwright/postgres/tls/own/fullchain.pem
# ssl_key_file: /etc/rigwright/postgres/tls/own/privkey.pem
# ssl_min_protocol_version: TLSv1.2
# ssl_ciphers: ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
# pg_stat_statements.track: top
# pg_stat_statements.track_utility: off
# track_io_timing: on
# log_min_duration_statement: 250ms
# log_checkpoints: on
# log_lock_waits: on
# log_temp_files: 10MB
# log_autovacuum_min_duration: 10s
# autovacuum: on
# autovacuum_vacuum_scale_factor: 0.1
# autovacuum_analyze_scale_factor: 0.02
# autovacuum_vacuum_cost_limit: 1000
# remediation after_activation:
programs=/usr/lib/postgresql/15/bin
port=5433
unit=postgresql@15-main.service
restart_for=''
deploys/postgres/programs/reload.sh
