/usr/local/lib/rigwright/redis/ask users
# app: ok
# default: ok
# exporter: ok
# rigwright: ok
# mended after_activation by:
systemctl reload redis-server.service || systemctl restart redis-server.service
