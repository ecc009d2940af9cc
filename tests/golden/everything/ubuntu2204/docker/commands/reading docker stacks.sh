/usr/local/lib/rigwright/docker/stack list
# shop: brought up
# mended after_activation by:
/usr/local/lib/rigwright/docker/stack keep shop
