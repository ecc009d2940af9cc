/usr/local/lib/rigwright/redis/ask users
# app: ok
# default: ok
# exporter: ok
# rigwright: ok
# remediation after_activation:
systemctl reload redis-server.service || systemctl restart redis-server.service
