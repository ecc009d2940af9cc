set -- show net.ipv4.conf.all.accept_redirects net.ipv4.ip_local_port_range
deploys/base/programs/sysctl.sh
# net.ipv4.conf.all.accept_redirects: 0
# net.ipv4.ip_local_port_range: 20000 60000
# remediation after_activation:
set -- set net.ipv4.conf.all.accept_redirects=0 'net.ipv4.ip_local_port_range=20000 60000'
deploys/base/programs/sysctl.sh
