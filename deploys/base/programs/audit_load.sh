#!/bin/sh
# audit load | unload: all rules of /etc/audit/rules.d, or none. The kernel refuses a rule that it cannot take.
set -eu
if systemd-detect-virt --container --quiet; then
    echo "not applicable: the kernel has one audit log, which is no container's"
    exit 0
fi
case $1 in
load) augenrules --load ;;
unload) auditctl -D ;;
esac
