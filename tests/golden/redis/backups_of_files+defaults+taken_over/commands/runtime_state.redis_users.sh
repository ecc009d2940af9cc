/usr/local/lib/rigwright/redis/ask users
# default: ok
# rigwright: ok
# remediation after_activation:
systemctl reload redis-server.service || systemctl restart redis-server.service
