mkdir -p -m 0755 /run/sshd && /usr/sbin/sshd -t
