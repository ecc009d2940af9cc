differing= elsewhere=
if systemd-detect-virt --container --quiet; then
    elsewhere="$elsewhere vm.swappiness"
else
    found=$(sysctl -n 'vm.swappiness' 2>/dev/null | tr '\t' ' ')
    [ "$found" = '10' ] || differing="$differingvm.swappiness is $found, wanted 10; "
fi
printf '{"differing": "%s", "not applicable": "%s"}\n' "${differing:-none}" "${elsewhere# }"
# differing: none
# remediation after_activation:
set -eu
systemd-detect-virt --container --quiet && exit 0
sysctl -qw 'vm.swappiness=10'
