#!/bin/sh
# Kept by Rigwright. A container shares its clock with the machine, so chronyd only looks there (-x).
set -- -F 1 -f /etc/chrony/rigwright.conf
if systemd-detect-virt --container --quiet; then set -- "$@" -x; fi
exec /usr/sbin/chronyd "$@"
