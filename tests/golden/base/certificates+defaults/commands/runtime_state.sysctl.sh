set -- show net.ipv4.conf.all.accept_redirects net.ipv4.conf.all.accept_source_route net.ipv4.conf.all.send_redirects net.ipv4.conf.default.accept_redirects net.ipv4.conf.default.send_redirects net.ipv4.tcp_syncookies
deploys/base/programs/sysctl.sh
# net.ipv4.conf.all.accept_redirects: 0
# net.ipv4.conf.all.accept_source_route: 0
# net.ipv4.conf.all.send_redirects: 0
# net.ipv4.conf.default.accept_redirects: 0
# net.ipv4.conf.default.send_redirects: 0
# net.ipv4.tcp_syncookies: 1
# remediation after_activation:
set -- set net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.all.accept_source_route=0 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.accept_redirects=0 net.ipv4.conf.default.send_redirects=0 net.ipv4.tcp_syncookies=1
deploys/base/programs/sysctl.sh
