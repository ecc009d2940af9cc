cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/14/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\set names 'studio_owner,studio,report,watchers,watcher,prometheus'
\set passwords '/etc/rigwright/postgres/passwords.psql'
deploys/postgres/programs/read_roles.sql
SQL
# studio_owner may: log in inherit create databases
# studio_owner password: as wanted
# studio_owner password revision: a23b
# studio_owner password valid until: always
# studio_owner connections: any
# studio_owner settings: idle_in_transaction_session_timeout=60s, idle_session_timeout=300s, statement_timeout=0s
# studio_owner member of: none
# studio may: log in inherit
# studio password: as wanted
# studio password revision: 84fa
# studio password valid until: always
# studio connections: 10
# studio settings: idle_in_transaction_session_timeout=300s, idle_session_timeout=300s, statement_timeout=30s
# studio member of: none
# report may: log in inherit
# report password: as wanted
# report password revision: 3777
# report password valid until: always
# report connections: any
# report settings: idle_in_transaction_session_timeout=300s, idle_session_timeout=300s, statement_timeout=0s
# report member of: pg_read_all_stats, watchers
# watchers may: inherit
# watchers password: as wanted
# watchers password revision: none
# watchers password valid until: always
# watchers connections: any
# watchers settings: idle_in_transaction_session_timeout=300s, idle_session_timeout=300s, statement_timeout=0s
# watchers member of: none
# watcher may: log in inherit
# watcher password: as wanted
# watcher password revision: 450f
# watcher password valid until: always
# watcher connections: any
# watcher settings: idle_in_transaction_session_timeout=300s, idle_session_timeout=0s, statement_timeout=0s
# watcher member of: pg_monitor
# prometheus may: log in inherit
# prometheus password: as wanted
# prometheus password revision: none
# prometheus password valid until: always
# prometheus connections: 5
# prometheus settings: idle_in_transaction_session_timeout=300s, idle_session_timeout=0s, statement_timeout=30s
# prometheus member of: pg_monitor
# remediation after_activation:
cd / && PGCONNECT_TIMEOUT=10 runuser -u postgres -- /usr/lib/postgresql/14/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h /run/postgresql -p 5433 -d postgres <<'SQL'
\set roles '[{"name": "studio_owner", "attributes": "NOSUPERUSER NOREPLICATION NOBYPASSRLS NOCREATEROLE INHERIT LOGIN CREATEDB", "connections": -1, "settings": {"idle_in_transaction_session_timeout": "60s", "idle_session_timeout": "300s", "statement_timeout": "0s"}, "member_of": []}, {"name": "studio", "attributes": "NOSUPERUSER NOREPLICATION NOBYPASSRLS NOCREATEROLE INHERIT LOGIN NOCREATEDB", "connections": 10, "settings": {"idle_in_transaction_session_timeout": "300s", "idle_session_timeout": "300s", "statement_timeout": "30s"}, "member_of": []}, {"name": "report", "attributes": "NOSUPERUSER NOREPLICATION NOBYPASSRLS NOCREATEROLE INHERIT LOGIN NOCREATEDB", "connections": -1, "settings": {"idle_in_transaction_session_timeout": "300s", "idle_session_timeout": "300s", "statement_timeout": "0s"}, "member_of": ["watchers", "pg_read_all_stats"]}, {"name": "watchers", "attributes": "NOSUPERUSER NOREPLICATION NOBYPASSRLS NOCREATEROLE INHERIT NOLOGIN NOCREATEDB", "connections": -1, "settings": {"idle_in_transaction_session_timeout": "300s", "idle_session_timeout": "300s", "statement_timeout": "0s"}, "member_of": []}, {"name": "watcher", "attributes": "NOSUPERUSER NOREPLICATION NOBYPASSRLS NOCREATEROLE INHERIT LOGIN NOCREATEDB", "connections": -1, "settings": {"idle_in_transaction_session_timeout": "300s", "idle_session_timeout": "0s", "statement_timeout": "0s"}, "member_of": ["pg_monitor"]}, {"name": "prometheus", "attributes": "NOSUPERUSER NOREPLICATION NOBYPASSRLS NOCREATEROLE INHERIT LOGIN NOCREATEDB", "connections": 5, "settings": {"idle_in_transaction_session_timeout": "300s", "idle_session_timeout": "0s", "statement_timeout": "30s"}, "member_of": ["pg_monitor"]}]'
\set passwords '/etc/rigwright/postgres/passwords.psql'
deploys/postgres/programs/fix_roles.sql
SQL
