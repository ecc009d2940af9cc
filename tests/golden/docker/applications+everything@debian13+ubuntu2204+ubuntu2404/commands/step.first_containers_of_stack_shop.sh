/usr/local/lib/rigwright/docker/stack wait shop
