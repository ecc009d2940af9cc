exec python3 -I -c deploys/firewall/programs/fail2ban.py
# maxretry: 4
# findtime: 300
# bantime: 1800
# action: nftables on port 22,2222
# ignored: 10.213.0.0/16 127.0.0.0/8 ::1 fd72:6967:6c61:62::/64
# ignorecommand: none
# remediation after_activation:
deploys/firewall/programs/fail2ban.sh
