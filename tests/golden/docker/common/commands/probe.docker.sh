systemctl is-active -q docker.service && curl -fsS --max-time 5 --unix-socket /run/docker.sock http://docker/_ping
