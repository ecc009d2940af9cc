# Prints as JSON whether the kernel lets a large server fork. A container's kernel is another host's to set.
state=refused
if systemd-detect-virt -cq || [ "$(cat /proc/sys/vm/overcommit_memory)" = 1 ]; then state=ok; fi
printf '{"fork of a large server": "%s"}' "$state"
