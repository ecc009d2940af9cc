exec python3 -I -c deploys/backup/programs/data.py '{"protected": [["authorities", ["/usr/share/ca-certificates"], 10], ["configuration", ["/etc"], 1], ["host keys", ["/etc/ssh/ssh_host_*_key", "/etc/ssh/ssh_host_*_key.pub"], 2], ["registry", ["/var/lib/docker-registry"], 0], ["PostgreSQL", ["/var/lib/postgresql/16/main"], 1], ["Redis", ["/var/lib/valkey"], 0], ["certificates", ["/etc/nginx/tls/app/self_signed", "/etc/nginx/tls/media/self_signed", "/etc/nginx/tls/closed/self_signed"], 1]], "patterns": ["/var/lib/docker/volumes/*/_data", "/var/lib/mongodb", "/var/lib/mysql", "/var/lib/postgresql/*/*", "/var/lib/redis", "/var/lib/valkey", "/srv/applications/*"]}'
# authorities: there
# configuration: there
# host keys: there
# registry: there
# PostgreSQL: there
# Redis: there
# certificates: there
# remediation after_activation:
