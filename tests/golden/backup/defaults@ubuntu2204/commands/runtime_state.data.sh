exec python3 -I -c deploys/backup/programs/data.py '{"protected": [["configuration", ["/etc"], 1], ["host keys", ["/etc/ssh/ssh_host_*_key", "/etc/ssh/ssh_host_*_key.pub"], 2], ["PostgreSQL", ["/var/lib/postgresql/14/main"], 1], ["Redis", ["/var/lib/redis"], 1]], "patterns": ["/var/lib/docker/volumes/*/_data", "/var/lib/mongodb", "/var/lib/mysql", "/var/lib/postgresql/*/*", "/var/lib/redis", "/var/lib/valkey", "/srv/*"]}'
# configuration: there
# host keys: there
# PostgreSQL: there
# Redis: there
# remediation after_activation:
