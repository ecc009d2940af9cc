since=$(date -d "$(systemctl show -P ActiveEnterTimestamp systemd-journald.service)" +%s)
file=/etc/systemd/journald.conf.d/rigwright.conf
runs=false
if [ "$(sha256sum <$file)" = '9e61452a9f73d543eff3666a84b15a0acd00dac68c0e76c702f6336da7d8dc84  -' ] && [ "$(stat -c %Z $file)" -le "$since" ]; then runs=true; fi
printf '{"journald runs with its settings": %s}\n' $runs
# journald runs with its settings: true
# mended after_activation by:
systemctl restart systemd-journald.service
