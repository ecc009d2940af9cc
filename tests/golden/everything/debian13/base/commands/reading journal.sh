since=$(date -d "$(systemctl show -P ActiveEnterTimestamp systemd-journald.service)" +%s)
file=/etc/systemd/journald.conf.d/rigwright.conf
runs=false
if [ "$(sha256sum <$file)" = '3504480609a6334d5ff2536182d49d43d9760d88dcabc055e9a7f2f4004d9971  -' ] && [ "$(stat -c %Z $file)" -le "$since" ]; then runs=true; fi
printf '{"journald runs with its settings": %s}\n' $runs
# journald runs with its settings: true
# mended after_activation by:
systemctl restart systemd-journald.service
