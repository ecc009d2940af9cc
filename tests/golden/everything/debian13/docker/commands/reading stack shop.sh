/usr/local/lib/rigwright/docker/stack look shop
# mended after_activation by:
systemctl reload-or-restart rigwright-stack@shop.service
