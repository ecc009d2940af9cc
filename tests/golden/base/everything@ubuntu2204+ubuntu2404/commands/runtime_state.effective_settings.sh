exec python3 -I -c deploys/base/programs/effective.py '{"apt": {"path": "/etc/apt/apt.conf.d/52rigwright-updates", "sha256": "<sha256 of /etc/apt/apt.conf.d/52rigwright-updates>", "values": {"APT::Periodic::AutocleanInterval": "7", "APT::Periodic::Enable": "1", "APT::Periodic::Unattended-Upgrade": "0", "APT::Periodic::Update-Package-Lists": "1", "Unattended-Upgrade::Allowed-Origins": [], "Unattended-Upgrade::Automatic-Reboot": "false", "Unattended-Upgrade::MinimalSteps": "true", "Unattended-Upgrade::Origins-Pattern": ["origin=Ubuntu,archive=${distro_codename}-security", "origin=UbuntuESMApps,archive=${distro_codename}-apps-security", "origin=UbuntuESM,archive=${distro_codename}-infra-security"], "Unattended-Upgrade::Package-Blacklist": ["nvidia-", "postgresql"]}}, "journald": {"path": "/etc/systemd/journald.conf.d/rigwright.conf", "sha256": "<sha256 of /etc/systemd/journald.conf.d/rigwright.conf>", "values": {"MaxRetentionSec": "15day", "Storage": "persistent", "SystemMaxUse": "67108864"}}, "logrotate": {"path": "/etc/logrotate.d/00-rigwright", "sha256": "<sha256 of /etc/logrotate.d/00-rigwright>", "values": {"every": "weekly", "maxage": "15", "rotate": "3"}}, "needrestart": {"path": "/etc/needrestart/conf.d/rigwright.conf", "sha256": "<sha256 of /etc/needrestart/conf.d/rigwright.conf>", "values": {"postgresql": "0", "redis": "0", "restart": "a"}}, "sysctl": {"path": "/etc/sysctl.d/99-z-rigwright.conf", "sha256": "<sha256 of /etc/sysctl.d/99-z-rigwright.conf>", "values": {"net.ipv4.conf.all.accept_redirects": "0", "net.ipv4.conf.default.accept_redirects": "0", "net.ipv4.ip_local_port_range": "20000 60000", "vm.swappiness": "10"}}}'
# apt APT::Periodic::Enable: 1
# apt APT::Periodic::Update-Package-Lists: 1
# apt APT::Periodic::Unattended-Upgrade: 0
# apt APT::Periodic::AutocleanInterval: 7
# apt Unattended-Upgrade::Allowed-Origins: none
# apt Unattended-Upgrade::Origins-Pattern: origin=Ubuntu,archive=${distro_codename}-security, origin=UbuntuESMApps,archive=${distro_codename}-apps-security, origin=UbuntuESM,archive=${distro_codename}-infra-security
# apt Unattended-Upgrade::Package-Blacklist: nvidia-, postgresql
# apt Unattended-Upgrade::MinimalSteps: true
# apt Unattended-Upgrade::Automatic-Reboot: false
# journald Storage: persistent
# journald SystemMaxUse: 67108864
# journald MaxRetentionSec: 15day
# logrotate every: weekly
# logrotate rotate: 3
# logrotate maxage: 15
# needrestart restart: a
# needrestart postgresql: 0
# needrestart redis: 0
# sysctl net.ipv4.conf.all.accept_redirects: 0
# sysctl net.ipv4.conf.default.accept_redirects: 0
# sysctl net.ipv4.ip_local_port_range: 20000 60000
# sysctl vm.swappiness: 10
# remediation after_activation:
