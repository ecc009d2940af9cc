# Prints whether journald runs, and was started after its file was last changed and that file has the SHA-256 "$digest".
: "${digest:?}"
state=$(systemctl show -P ActiveState systemd-journald.service)
[ "$(systemctl show -P LoadState systemd-journald.service)" != masked ] ||
    state='masked (systemctl unmask systemd-journald.service)'
since=$(date -d "$(systemctl show -P ActiveEnterTimestamp systemd-journald.service)" +%s)
file=/etc/systemd/journald.conf.d/rigwright.conf
runs=false
if [ "$(sha256sum <$file)" = "$digest  -" ] && [ "$(stat -c %Z $file)" -le "$since" ]; then runs=true; fi
printf '{"systemd-journald.service": "%s", "journald runs with its settings": %s}\n' "$state" $runs
