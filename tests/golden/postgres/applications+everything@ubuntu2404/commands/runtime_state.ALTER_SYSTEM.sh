cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/16/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
deploys/postgres/programs/read_alter_system.sql
SQL
# remediation after_activation:
cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/16/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres -c 'ALTER SYSTEM RESET ALL' || exit 1
programs=/usr/lib/postgresql/16/bin
port=5433
unit=postgresql@16-main.service
restart_for=''
deploys/postgres/programs/reload.sh
