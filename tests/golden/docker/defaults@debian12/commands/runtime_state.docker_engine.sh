/usr/local/lib/rigwright/docker/stack engine
# live_restore: true
# log_driver: json-file
# remediation after_activation:
systemctl restart docker.service
