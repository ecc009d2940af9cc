given=$(cat /sys/module/zfs/parameters/zfs_arc_max 2>/dev/null)
kept=$(awk '$1 == "c_max" { print $3 }' /proc/spl/kstat/zfs/arcstats 2>/dev/null)
printf '{"zfs_arc_max": "%s", "limit that the kernel keeps to": "%s"}\n' "${given:-no ZFS}" "${kept:-no ZFS}"
# zfs_arc_max: 2147483648
# limit that the kernel keeps to: 2147483648
# remediation after_activation:
echo 2147483648 >/sys/module/zfs/parameters/zfs_arc_max
