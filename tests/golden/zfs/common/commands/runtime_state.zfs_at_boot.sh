separator=
printf '{'
for unit in zfs-import-cache.service zfs-import.target zfs-mount.service zfs.target sanoid-prune.service; do
    told=$(systemctl is-enabled "$unit" 2>/dev/null | head -n 1)
    printf '%s"%s": "%s"' "$separator" "$unit" "${told:-not found}"
    separator=', '
done
printf '}\n'
# zfs-import-cache.service: enabled
# zfs-import.target: enabled
# zfs-mount.service: enabled
# zfs.target: enabled
# sanoid-prune.service: enabled
# remediation after_activation:
systemctl enable -q zfs-import-cache.service zfs-import.target zfs-mount.service zfs.target sanoid-prune.service
