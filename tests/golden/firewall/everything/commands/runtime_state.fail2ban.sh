for name in maxretry findtime bantime; do
    value=$(fail2ban-client get sshd "$name") || exit 1
    printf '%s"%s": "%s"' "${comma-{}" "$name" "$value"
    comma=', '
done
echo '}'
# maxretry: 4
# findtime: 300
# bantime: 1800
# remediation after_activation:
tries=0
until fail2ban-client ping >/dev/null 2>&1 || [ "$tries" = 20 ]; do
    tries=$((tries + 1))
    sleep 0.5
done
fail2ban-client reload sshd
