# Starts journald with its files as they are, also where it or one of its sockets is masked.
set -- systemd-journald.socket systemd-journald-dev-log.socket
systemctl unmask -q systemd-journald.service "$@" && systemctl unmask -q --runtime systemd-journald.service "$@" || exit 1
systemctl daemon-reload
# Its sockets cannot start while it runs, and it does not start without them.
for socket in "$@"; do
    systemctl is-active -q "$socket" || { systemctl stop systemd-journald.service 2>/dev/null; systemctl start "$socket"; }
done
systemctl restart systemd-journald.service
