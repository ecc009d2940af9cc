/usr/local/lib/rigwright/redis/ask users
# default: ok
# rigwright: ok
# mended after_activation by:
systemctl reload redis-server.service || systemctl restart redis-server.service
