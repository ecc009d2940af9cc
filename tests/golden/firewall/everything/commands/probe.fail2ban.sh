fail2ban-client status sshd
