"""nginx: one change of each kind that the core knows."""

CHANGES = {
    ("file.content", "/etc/nginx/nginx.conf"): "echo '# mine' >>/etc/nginx/nginx.conf",
    ("file.mode", "/etc/nginx/conf.d/status.conf"): "chmod 600 /etc/nginx/conf.d/status.conf",
    ("file.owner", "/etc/nginx/conf.d/tls.conf"): "chown daemon /etc/nginx/conf.d/tls.conf",
    ("file.missing", "/etc/nginx/conf.d/log.conf"): "rm /etc/nginx/conf.d/log.conf",
    ("file.unmanaged", "/etc/nginx/conf.d/evil.conf"): "echo >/etc/nginx/conf.d/evil.conf",
    ("directory.mode", "/etc/nginx/includes"): "chmod 777 /etc/nginx/includes",
    ("unit.enabled", "nginx.service"): "systemctl disable -q nginx",
    ("unit.state", "nginx.service"): "systemctl stop nginx",
}
