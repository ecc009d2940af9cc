#!/bin/sh
# One VM for as long as it has power, in a cgroup of its own by which it is found and killed.
# Environment: see rigwright/lab/power.py. Arguments: QEMU's command line.
set -eu

if [ -n "${CGROUP:-}" ]; then
    mkdir -p "$CGROUP"
    echo 0 >"$CGROUP/cgroup.procs"
else
    CGROUP=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)$(sed -n 's/^0:://p' /proc/self/cgroup)
    echo "$CGROUP" >"$FOLDER/cgroup"
fi
rm -f "$FOLDER/monitor" "$FOLDER/agent"
exec "$@"
