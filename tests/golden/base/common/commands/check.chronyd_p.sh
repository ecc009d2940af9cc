/usr/sbin/chronyd -p -f /etc/chrony/rigwright.conf
