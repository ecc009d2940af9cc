systemctl stop haproxy.service
