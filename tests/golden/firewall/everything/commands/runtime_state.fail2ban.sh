set -- show
deploys/firewall/programs/fail2ban.sh
# maxretry: 4
# findtime: 300
# bantime: 1800
# remediation after_activation:
set -- reload
deploys/firewall/programs/fail2ban.sh
