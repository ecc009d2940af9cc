set -- zfs-import-cache.service zfs-import.target zfs-mount.service zfs.target
deploys/zfs/programs/query_boot.sh
# zfs-import-cache.service: enabled
# zfs-import.target: enabled
# zfs-mount.service: enabled
# zfs.target: enabled
# remediation after_activation:
systemctl enable -q zfs-import-cache.service zfs-import.target zfs-mount.service zfs.target
