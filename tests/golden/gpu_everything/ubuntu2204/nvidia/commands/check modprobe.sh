modprobe --showconfig >/dev/null
