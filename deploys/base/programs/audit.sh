# Prints {"differing": …}: "none" where auditd runs and the kernel has loaded all "$count" rules of Rigwright.
# A container shares the audit log of the machine: "not applicable" names it there.
: "${count:?}"
if systemd-detect-virt --container --quiet; then
    echo '{"differing": "none", "not applicable": "audit"}'
    exit
fi
differing=
systemctl is-active --quiet auditd.service || differing='auditd does not run; '
loaded=$(auditctl -l | grep -c -e 'rigwright-')
[ "$loaded" = "$count" ] || differing="$differing$loaded of $count rules are loaded; "
[ "$(auditctl -s | sed -n 's/^enabled //p')" != 0 ] || differing="${differing}the kernel audits nothing; "
printf '{"differing": "%s"}\n' "${differing:-none}"
