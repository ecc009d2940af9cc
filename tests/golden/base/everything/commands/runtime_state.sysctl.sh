exec python3 -I -c deploys/base/programs/sysctl.py show net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.default.accept_redirects=0 'net.ipv4.ip_local_port_range=20000 60000'
# net.ipv4.conf.all.accept_redirects: 0
# net.ipv4.conf.default.accept_redirects: 0
# net.ipv4.ip_local_port_range: 20000 60000
# remediation after_activation:
exec python3 -I -c deploys/base/programs/sysctl.py set net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.default.accept_redirects=0 'net.ipv4.ip_local_port_range=20000 60000'
