/usr/local/lib/rigwright/docker/stack list
# mended after_activation by:
/usr/local/lib/rigwright/docker/stack keep
