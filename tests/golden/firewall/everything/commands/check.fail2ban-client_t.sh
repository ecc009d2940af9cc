fail2ban-client -t
