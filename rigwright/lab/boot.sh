#!/bin/sh
# One lab host for as long as it has power. Runs in a mount namespace and a cgroup of its own, so that
# nothing of it is mounted on the machine, and all of it can be found and killed by its cgroup.
# Environment: see rigwright/lab/power.py.
set -eu

if [ -n "${CGROUP:-}" ]; then
    mkdir -p "$CGROUP"
    echo 0 >"$CGROUP/cgroup.procs"
else
    # A unit of systemd's, which delegates its cgroup to us.
    CGROUP=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)$(sed -n 's/^0:://p' /proc/self/cgroup)
    echo "$CGROUP" >"$FOLDER/cgroup"
fi
# The kernel gives controllers only to children of a cgroup without processes of its own.
mkdir -p "$CGROUP/keeper"
echo 0 >"$CGROUP/keeper/cgroup.procs"

# A host that dies leaves its files to the machine, which does not: fsync would only cost time. A host whose
# power was cut leaves the kernel's mark that nothing was synced, and it would not mount again beside that.
rm -rf "$FOLDER/work/work/incompat"
[ -e "$FOLDER/durable" ] && sync= || sync=,volatile
mount -t overlay -o "lowerdir=$IMAGE,upperdir=$FOLDER/upper,workdir=$FOLDER/work$sync" "$NAME" "$FOLDER/root"
touch "$FOLDER/net"

# Every boot has a new network namespace, as every boot of a kernel starts with empty tables.
boot() {
    unshare --net="$FOLDER/net" true
    ip link delete "$LINK" 2>/dev/null || :
    ip link add "$LINK" type veth peer name eth0 address "$MAC" netns "$FOLDER/net"
    ip link set "$LINK" master "$BRIDGE" up
    nsenter --net="$FOLDER/net" ip -batch - <<END
link set lo up
link set eth0 up
addr add $ADDRESS/24 dev eth0
route add default via $GATEWAY
END
    # A machine with IPv6 switched off has hosts with IPv4 only.
    nsenter --net="$FOLDER/net" ip addr add "$ADDRESS6/64" dev eth0 nodad 2>/dev/null || :
    status=0
    (
        echo 0 >"$CGROUP/cgroup.procs"
        # "network", never "yes": with "yes" a host's vm.* and kernel.* settings are the machine's own.
        # A host may believe that it has all of root's powers, but clock, modules, swap and the next kernel are
        # the machine's. (clock_adjtime is the C library's adjtimex; the system call of that name stays, because
        # exporters read the clock's state by it.)
        SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_LOCK=0 \
            exec systemd-nspawn --quiet --register=no --keep-unit --link-journal=no --console=read-only \
            --directory="$FOLDER/root" --machine="$NAME" --hostname="$NAME" \
            --network-namespace-path="$FOLDER/net" --resolv-conf=off --timezone=off \
            --capability=all --drop-capability=CAP_SYS_MODULE \
            --system-call-filter="add_key keyctl bpf" \
            --system-call-filter="~clock_settime settimeofday clock_adjtime" \
            --system-call-filter="~swapon swapoff kexec_load kexec_file_load" \
            --bind="$FOLDER/docker:/var/lib/docker" --bind="$FOLDER/containerd:/var/lib/containerd" --boot
    ) || status=$?
    umount "$FOLDER/net"
}

# With --keep-unit, 133 means that the host requested a reboot.
boot
while [ "$status" = 133 ]; do boot; done
ip link delete "$LINK" 2>/dev/null || :
