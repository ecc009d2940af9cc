/usr/local/lib/rigwright/docker/engine
# data_root: /var/lib/docker
# live_restore: false
# log_driver: local
# network rules: loaded
# flags: none
# no_new_privileges: false
# remediation after_activation:
systemctl restart docker.service
