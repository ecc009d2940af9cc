"""ssh: a managed file, an unmanaged file that opens what is closed, and the socket unit."""

CHANGES = {
    ("file.content", "/etc/ssh/sshd_config.d/00-rigwright.conf"): (
        "echo '# mine' >>/etc/ssh/sshd_config.d/00-rigwright.conf"
    ),
    ("file.missing", "/etc/systemd/system/ssh.service.d/rigwright.conf"): (
        "rm /etc/systemd/system/ssh.service.d/rigwright.conf"
    ),
    ("unit.enabled", "ssh.socket"): "systemctl enable -q ssh.socket",
}
