/usr/local/lib/rigwright/redis/ask users
# app: ok
# default: ok
# exporter: ok
# rigwright: ok
# mended after_activation by:
systemctl reload valkey-server.service || systemctl restart valkey-server.service
