systemctl stop pgbouncer.service
