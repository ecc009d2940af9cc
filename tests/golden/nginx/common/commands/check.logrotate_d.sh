logrotate -d /usr/local/lib/rigwright/nginx/logrotate.conf
