logrotate -d /etc/logrotate.d/00-rigwright
