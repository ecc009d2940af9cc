/usr/local/lib/rigwright/docker/engine
# data_root: /srv/docker
# live_restore: true
# log_driver: json-file
# network rules: loaded
# flags: none
# no_new_privileges: true
# remediation after_activation:
systemctl restart docker.service
