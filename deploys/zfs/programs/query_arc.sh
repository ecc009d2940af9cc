# Prints the limit of ZFS's read cache as a JSON object: the one that is set, and the one that the kernel keeps to.
set_limit=$(cat /sys/module/zfs/parameters/zfs_arc_max 2>/dev/null)
kept=$(awk '$1 == "c_max" { print $3 }' /proc/spl/kstat/zfs/arcstats 2>/dev/null)
printf '{"zfs_arc_max": "%s", "limit that the kernel keeps to": "%s"}\n' "${set_limit:-no ZFS}" "${kept:-no ZFS}"
