/usr/local/lib/rigwright/docker/stack engine
# live_restore: false
# log_driver: local
# mended after_activation by:
systemctl restart docker.service
