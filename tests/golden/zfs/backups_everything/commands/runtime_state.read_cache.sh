deploys/zfs/programs/query_arc.sh
# zfs_arc_max: 1073741824
# limit that the kernel keeps to: 1073741824
# remediation after_activation:
echo 1073741824 >/sys/module/zfs/parameters/zfs_arc_max
