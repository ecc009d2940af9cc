programs=/usr/lib/postgresql/17/bin
port=6433
keys='auth_type|default_pool_size|listen_addr|listen_port|max_client_conn|pool_mode|stats_users'
deploys/postgres/programs/read_pooler.sh
# auth_type: scram-sha-256
# default_pool_size: 5
# listen_addr: 127.0.0.1,127.0.0.2
# listen_port: 6433
# max_client_conn: 200
# pool_mode: transaction
# stats_users: prometheus
# remediation after_activation:
systemctl restart pgbouncer.service
sleep 1
