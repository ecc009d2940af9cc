exec python3 -I -c deploys/backup/programs/data.py '{"protected": [["PostgreSQL", ["/var/lib/postgresql/14/main"], 1]], "patterns": ["/var/lib/docker/volumes/*/_data", "/var/lib/mongodb", "/var/lib/mysql", "/var/lib/postgresql/*/*", "/var/lib/redis", "/var/lib/valkey", "/srv/*"]}'
# PostgreSQL: there
# remediation after_activation:
