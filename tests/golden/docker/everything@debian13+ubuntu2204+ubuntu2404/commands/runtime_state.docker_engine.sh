/usr/local/lib/rigwright/docker/stack engine
# live_restore: false
# log_driver: local
# no_new_privileges: false
# remediation after_activation:
systemctl restart docker.service
