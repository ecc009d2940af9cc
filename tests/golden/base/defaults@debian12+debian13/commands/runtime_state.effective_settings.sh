exec python3 -I -c deploys/base/programs/effective.py '{"apt": {"path": "/etc/apt/apt.conf.d/52rigwright-updates", "sha256": "<sha256 of /etc/apt/apt.conf.d/52rigwright-updates>", "values": {"APT::Periodic::AutocleanInterval": "7", "APT::Periodic::Enable": "1", "APT::Periodic::Unattended-Upgrade": "1", "APT::Periodic::Update-Package-Lists": "1", "Unattended-Upgrade::Allowed-Origins": [], "Unattended-Upgrade::Automatic-Reboot": "false", "Unattended-Upgrade::MinimalSteps": "true", "Unattended-Upgrade::Origins-Pattern": ["origin=Debian,codename=${distro_codename},label=Debian-Security", "origin=Debian,codename=${distro_codename}-security,label=Debian-Security"], "Unattended-Upgrade::Package-Blacklist": ["nvidia-", "libnvidia-", "cuda-", "docker", "containerd", "runc", "postgresql", "libpq5"]}}, "journald": {"path": "/etc/systemd/journald.conf.d/rigwright.conf", "sha256": "<sha256 of /etc/systemd/journald.conf.d/rigwright.conf>", "values": {"MaxRetentionSec": "30day", "Storage": "persistent", "SystemMaxUse": "1073741824"}}, "logrotate": {"path": "/etc/logrotate.d/00-rigwright", "sha256": "<sha256 of /etc/logrotate.d/00-rigwright>", "values": {"every": "weekly", "maxage": "30", "rotate": "5"}}, "needrestart": {"path": "/etc/needrestart/conf.d/rigwright.conf", "sha256": "<sha256 of /etc/needrestart/conf.d/rigwright.conf>", "values": {"containerd": "0", "docker": "0", "nvidia-persistenced": "0", "postgresql": "0", "redis": "0", "restart": "l"}}, "sysctl": {"path": "/etc/sysctl.d/99-z-rigwright.conf", "sha256": "<sha256 of /etc/sysctl.d/99-z-rigwright.conf>", "values": {"kernel.dmesg_restrict": "1", "kernel.kptr_restrict": "1", "net.ipv4.conf.all.accept_redirects": "0", "net.ipv4.conf.all.accept_source_route": "0", "net.ipv4.conf.all.log_martians": "1", "net.ipv4.conf.all.rp_filter": "2", "net.ipv4.conf.all.send_redirects": "0", "net.ipv4.conf.default.accept_redirects": "0", "net.ipv4.conf.default.accept_source_route": "0", "net.ipv4.conf.default.log_martians": "1", "net.ipv4.conf.default.rp_filter": "2", "net.ipv4.conf.default.send_redirects": "0", "net.ipv4.tcp_syncookies": "1", "net.ipv6.conf.all.accept_redirects": "0", "net.ipv6.conf.all.accept_source_route": "0", "net.ipv6.conf.default.accept_redirects": "0", "net.ipv6.conf.default.accept_source_route": "0"}}}'
# apt APT::Periodic::Enable: 1
# apt APT::Periodic::Update-Package-Lists: 1
# apt APT::Periodic::Unattended-Upgrade: 1
# apt APT::Periodic::AutocleanInterval: 7
# apt Unattended-Upgrade::Allowed-Origins: none
# apt Unattended-Upgrade::Origins-Pattern: origin=Debian,codename=${distro_codename},label=Debian-Security, origin=Debian,codename=${distro_codename}-security,label=Debian-Security
# apt Unattended-Upgrade::Package-Blacklist: nvidia-, libnvidia-, cuda-, docker, containerd, runc, postgresql, libpq5
# apt Unattended-Upgrade::MinimalSteps: true
# apt Unattended-Upgrade::Automatic-Reboot: false
# journald Storage: persistent
# journald SystemMaxUse: 1073741824
# journald MaxRetentionSec: 30day
# logrotate every: weekly
# logrotate rotate: 5
# logrotate maxage: 30
# needrestart restart: l
# needrestart containerd: 0
# needrestart docker: 0
# needrestart nvidia-persistenced: 0
# needrestart postgresql: 0
# needrestart redis: 0
# sysctl kernel.dmesg_restrict: 1
# sysctl kernel.kptr_restrict: 1
# sysctl net.ipv4.conf.all.accept_redirects: 0
# sysctl net.ipv4.conf.all.accept_source_route: 0
# sysctl net.ipv4.conf.all.log_martians: 1
# sysctl net.ipv4.conf.all.rp_filter: 2
# sysctl net.ipv4.conf.all.send_redirects: 0
# sysctl net.ipv4.conf.default.accept_redirects: 0
# sysctl net.ipv4.conf.default.accept_source_route: 0
# sysctl net.ipv4.conf.default.log_martians: 1
# sysctl net.ipv4.conf.default.rp_filter: 2
# sysctl net.ipv4.conf.default.send_redirects: 0
# sysctl net.ipv4.tcp_syncookies: 1
# sysctl net.ipv6.conf.all.accept_redirects: 0
# sysctl net.ipv6.conf.all.accept_source_route: 0
# sysctl net.ipv6.conf.default.accept_redirects: 0
# sysctl net.ipv6.conf.default.accept_source_route: 0
# remediation after_activation:
