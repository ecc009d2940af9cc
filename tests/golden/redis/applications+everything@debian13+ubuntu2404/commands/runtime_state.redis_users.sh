/usr/local/lib/rigwright/redis/ask users
# app: ok
# default: ok
# exporter: ok
# rigwright: ok
# remediation after_activation:
systemctl reload valkey-server.service || systemctl restart valkey-server.service
