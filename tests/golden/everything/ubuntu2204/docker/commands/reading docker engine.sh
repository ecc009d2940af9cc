/usr/local/lib/rigwright/docker/stack engine
# live_restore: false
# log_driver: local
# no_new_privileges: false
# mended after_activation by:
systemctl restart docker.service
