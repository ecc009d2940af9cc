/usr/local/lib/rigwright/docker/stack list
# remediation after_activation:
/usr/local/lib/rigwright/docker/stack keep
