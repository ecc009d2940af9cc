/usr/local/lib/rigwright/docker/stack look shop
# remediation after_activation:
systemctl reload-or-restart rigwright-stack@shop.service
