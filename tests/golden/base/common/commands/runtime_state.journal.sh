since=$(date -d "$(systemctl show -P ActiveEnterTimestamp systemd-journald.service)" +%s)
file=/etc/systemd/journald.conf.d/rigwright.conf
runs=false
if [ "$(sha256sum <$file)" = '<sha256 of /etc/systemd/journald.conf.d/rigwright.conf>  -' ] && [ "$(stat -c %Z $file)" -le "$since" ]; then runs=true; fi
printf '{"journald runs with its settings": %s}\n' $runs
# journald runs with its settings: true
# remediation after_activation:
systemctl restart systemd-journald.service
