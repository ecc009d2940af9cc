deploys/zfs/programs/query_arc.sh
# zfs_arc_max: 2147483648
# limit that the kernel keeps to: 2147483648
# remediation after_activation:
echo 2147483648 >/sys/module/zfs/parameters/zfs_arc_max
