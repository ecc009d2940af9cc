/usr/local/lib/rigwright/docker/engine
# data_root: /var/lib/docker
# live_restore: true
# log_driver: json-file
# network rules: loaded
# flags: none
# remediation after_activation:
systemctl restart docker.service
