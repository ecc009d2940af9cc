told=refused
if systemd-detect-virt -cq || [ "$(cat /proc/sys/vm/overcommit_memory)" = 1 ]; then told=ok; fi
printf '{"fork of a large server": "%s"}' "$told"
# fork of a large server: ok
# mended after_activation by:
sysctl -qw vm.overcommit_memory=1
