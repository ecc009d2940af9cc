differing= elsewhere=
if systemd-detect-virt --container --quiet; then
    elsewhere="$elsewhere kernel.dmesg_restrict"
else
    found=$(sysctl -n 'kernel.dmesg_restrict' 2>/dev/null | tr '\t' ' ')
    [ "$found" = '1' ] || differing="$differingkernel.dmesg_restrict is $found, wanted 1; "
fi
if systemd-detect-virt --container --quiet; then
    elsewhere="$elsewhere kernel.kptr_restrict"
else
    found=$(sysctl -n 'kernel.kptr_restrict' 2>/dev/null | tr '\t' ' ')
    [ "$found" = '1' ] || differing="$differingkernel.kptr_restrict is $found, wanted 1; "
fi
printf '{"differing": "%s", "not applicable": "%s"}\n' "${differing:-none}" "${elsewhere# }"
# differing: none
# remediation after_activation:
set -eu
systemd-detect-virt --container --quiet && exit 0
sysctl -qw 'kernel.dmesg_restrict=1'
sysctl -qw 'kernel.kptr_restrict=1'
