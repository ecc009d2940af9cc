/usr/local/lib/rigwright/docker/stack list
# shop: brought up
# remediation after_activation:
/usr/local/lib/rigwright/docker/stack keep shop
