if systemd-detect-virt --container --quiet; then
    echo '{"differing": "none", "not applicable": "audit"}'
    exit
fi
differing=
systemctl is-active --quiet auditd.service || differing='auditd does not run; '
loaded=$(auditctl -l | grep -c -e 'rigwright-')
[ "$loaded" = 21 ] || differing="$differing$loaded of 21 rules are loaded; "
[ "$(auditctl -s | sed -n 's/^enabled //p')" != 0 ] || differing="${differing}the kernel audits nothing; "
printf '{"differing": "%s"}\n' "${differing:-none}"
# differing: none
# remediation after_activation:
systemctl restart rigwright-audit.service
