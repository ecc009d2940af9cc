separator=
printf '{'
for key in net.ipv4.conf.all.accept_redirects net.ipv4.conf.all.accept_source_route net.ipv4.conf.all.send_redirects net.ipv4.conf.default.accept_redirects net.ipv4.conf.default.send_redirects net.ipv4.tcp_syncookies; do
    printf '%s"%s": "%s"' "$separator" "$key" "$(sysctl -n "$key" 2>/dev/null | tr '\t' ' ')"
    separator=', '
done
printf '}\n'
# net.ipv4.conf.all.accept_redirects: 0
# net.ipv4.conf.all.accept_source_route: 0
# net.ipv4.conf.all.send_redirects: 0
# net.ipv4.conf.default.accept_redirects: 0
# net.ipv4.conf.default.send_redirects: 0
# net.ipv4.tcp_syncookies: 1
# remediation after_activation:
set -eu
sysctl -qw 'net.ipv4.conf.all.accept_redirects=0'
sysctl -qw 'net.ipv4.conf.all.accept_source_route=0'
sysctl -qw 'net.ipv4.conf.all.send_redirects=0'
sysctl -qw 'net.ipv4.conf.default.accept_redirects=0'
sysctl -qw 'net.ipv4.conf.default.send_redirects=0'
sysctl -qw 'net.ipv4.tcp_syncookies=1'
