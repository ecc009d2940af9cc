/usr/local/lib/rigwright/docker/stack status shop
# remediation after_activation:
systemctl reload-or-restart rigwright-stack@shop.service
