exec python3 -I -c deploys/base/programs/sysctl.py show net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.all.accept_source_route=0 net.ipv4.conf.all.log_martians=1 net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.accept_redirects=0 net.ipv4.conf.default.accept_source_route=0 net.ipv4.conf.default.log_martians=1 net.ipv4.conf.default.rp_filter=2 net.ipv4.conf.default.send_redirects=0 net.ipv4.tcp_syncookies=1 net.ipv6.conf.all.accept_redirects=0 net.ipv6.conf.all.accept_source_route=0 net.ipv6.conf.default.accept_redirects=0 net.ipv6.conf.default.accept_source_route=0
# net.ipv4.conf.all.accept_redirects: 0
# net.ipv4.conf.all.accept_source_route: 0
# net.ipv4.conf.all.log_martians: 1
# net.ipv4.conf.all.rp_filter: 2
# net.ipv4.conf.all.send_redirects: 0
# net.ipv4.conf.default.accept_redirects: 0
# net.ipv4.conf.default.accept_source_route: 0
# net.ipv4.conf.default.log_martians: 1
# net.ipv4.conf.default.rp_filter: 2
# net.ipv4.conf.default.send_redirects: 0
# net.ipv4.tcp_syncookies: 1
# net.ipv6.conf.all.accept_redirects: 0
# net.ipv6.conf.all.accept_source_route: 0
# net.ipv6.conf.default.accept_redirects: 0
# net.ipv6.conf.default.accept_source_route: 0
# remediation after_activation:
exec python3 -I -c deploys/base/programs/sysctl.py set net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.all.accept_source_route=0 net.ipv4.conf.all.log_martians=1 net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.accept_redirects=0 net.ipv4.conf.default.accept_source_route=0 net.ipv4.conf.default.log_martians=1 net.ipv4.conf.default.rp_filter=2 net.ipv4.conf.default.send_redirects=0 net.ipv4.tcp_syncookies=1 net.ipv6.conf.all.accept_redirects=0 net.ipv6.conf.all.accept_source_route=0 net.ipv6.conf.default.accept_redirects=0 net.ipv6.conf.default.accept_source_route=0
