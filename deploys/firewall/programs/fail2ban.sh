# Restarts the jail sshd of fail2ban from its files, and waits up to 10 s for a fail2ban that is just starting.
set -u
tries=0
until fail2ban-client ping >/dev/null 2>&1 || [ "$tries" = 20 ]; do
    tries=$((tries + 1))
    sleep 0.5
done
# A mere reload leaves a jail without any action where another file had replaced it.
fail2ban-client reload --restart sshd
