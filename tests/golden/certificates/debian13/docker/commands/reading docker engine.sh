/usr/local/lib/rigwright/docker/stack engine
# live_restore: true
# log_driver: json-file
# no_new_privileges: true
# mended after_activation by:
systemctl restart docker.service
