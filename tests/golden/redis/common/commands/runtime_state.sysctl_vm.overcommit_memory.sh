told=refused
if systemd-detect-virt -cq || [ "$(cat /proc/sys/vm/overcommit_memory)" = 1 ]; then told=ok; fi
printf '{"fork of a large server": "%s"}' "$told"
# fork of a large server: ok
# remediation after_activation:
sysctl -qw vm.overcommit_memory=1
