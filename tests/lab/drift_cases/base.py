"""The base: what people change by hand on a host."""

CHANGES = {
    ("file.missing", "/etc/systemd/journald.conf.d/rigwright.conf"): (
        "rm /etc/systemd/journald.conf.d/rigwright.conf"
    ),
    # Without its file the journal cannot run with it.
    ("runtime_state.value", "journal: journald runs with its settings"): ":",
    ("file.content", "/etc/apt/apt.conf.d/52rigwright-updates"): (
        "echo 'Unattended-Upgrade::Automatic-Reboot \"true\";' >>/etc/apt/apt.conf.d/52rigwright-updates"
    ),
    ("file.content", "/etc/sysctl.d/99-z-rigwright.conf"): (
        "echo net.ipv4.ip_forward=1 >>/etc/sysctl.d/99-z-rigwright.conf"
    ),
    ("file.mode", "/etc/sudoers.d/rigwright-users"): "chmod 644 /etc/sudoers.d/rigwright-users",
    ("runtime_state.value", "sysctl: net.ipv4.conf.all.accept_redirects"): (
        "sysctl -qw net.ipv4.conf.all.accept_redirects=1"
    ),
    ("runtime_state.value", "system: timezone"): "ln -sf /usr/share/zoneinfo/Asia/Tokyo /etc/localtime",
    ("unit.state", "chrony.service"): "systemctl stop chrony",
    ("unit.enabled", "rigwright-metrics.timer"): "systemctl disable -q rigwright-metrics.timer",
    ("file.content", "/usr/local/lib/rigwright/base/metrics.pyz"): (
        "echo 'print(1)' >/usr/local/lib/rigwright/base/metrics.pyz"
    ),
}

EVERYTHING = {
    ("file.content", "/home/alice/.ssh/authorized_keys"): (
        "echo 'ssh-ed25519 AAAA evil' >>/home/alice/.ssh/authorized_keys"
    ),
    ("file.owner", "/home/bob/.ssh/authorized_keys"): "chown root /home/bob/.ssh/authorized_keys",
    ("runtime_state.value", "users: alice.shell"): "usermod --shell /bin/bash alice",
    ("runtime_state.value", "users: bob.groups"): "usermod --append --groups sudo bob",
    ("runtime_state.value", "users: bob.password"): "echo bob:guess-me | chpasswd",
    ("runtime_state.value", "system: hostname"): "hostname other",
    ("runtime_state.value", "holds: vim-tiny"): "apt-mark -q unhold vim-tiny >/dev/null",
    ("file.mode", "/etc/msmtprc"): "chmod 644 /etc/msmtprc",
    ("file.content", "/etc/audit/rules.d/60-rigwright.rules"): (
        "echo '-e 0' >>/etc/audit/rules.d/60-rigwright.rules"
    ),
    ("unit.state", "rigwright-audit.service"): "systemctl stop rigwright-audit",
}
