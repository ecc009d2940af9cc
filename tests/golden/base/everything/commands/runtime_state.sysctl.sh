separator=
printf '{'
for key in net.ipv4.conf.all.accept_redirects net.ipv4.ip_local_port_range; do
    printf '%s"%s": "%s"' "$separator" "$key" "$(sysctl -n "$key" 2>/dev/null | tr '\t' ' ')"
    separator=', '
done
printf '}\n'
# net.ipv4.conf.all.accept_redirects: 0
# net.ipv4.ip_local_port_range: 20000 60000
# remediation after_activation:
set -eu
sysctl -qw 'net.ipv4.conf.all.accept_redirects=0'
sysctl -qw 'net.ipv4.ip_local_port_range=20000 60000'
