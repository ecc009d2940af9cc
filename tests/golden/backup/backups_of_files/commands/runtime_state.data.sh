exec python3 -I -c deploys/backup/programs/data.py '{"protected": [["Redis", ["/var/lib/redis"], 1]], "patterns": ["/var/lib/docker/volumes/*/_data", "/var/lib/mongodb", "/var/lib/mysql", "/var/lib/postgresql/*/*", "/var/lib/redis", "/var/lib/valkey", "/srv/*"]}'
# Redis: there
# remediation after_activation:
