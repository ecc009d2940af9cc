#!/bin/sh
# QEMU calls this with the tap device of a VM that it starts.
set -eu
ip link set "$1" addrgenmode none
ip link set "$1" master "$BRIDGE" up
