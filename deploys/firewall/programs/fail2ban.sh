# fail2ban.sh show | reload: the jail sshd of the running fail2ban.
# show prints its limits as JSON and exits 1 where fail2ban does not respond; reload waits up to 10 s for fail2ban.
set -u

show() {
    separator='{'
    for name in maxretry findtime bantime; do
        value=$(fail2ban-client get sshd "$name") || exit 1
        printf '%s"%s": "%s"' "$separator" "$name" "$value"
        separator=', '
    done
    echo '}'
}

reload() {
    tries=0
    until fail2ban-client ping >/dev/null 2>&1 || [ "$tries" = 20 ]; do
        tries=$((tries + 1))
        sleep 0.5
    done
    fail2ban-client reload sshd
}

case $1 in
show) show ;;
reload) reload ;;
*) exit 64 ;;
esac
