# Prints whether journald was started after its file was last changed, and the file has the SHA-256 "$digest".
: "${digest:?}"
since=$(date -d "$(systemctl show -P ActiveEnterTimestamp systemd-journald.service)" +%s)
file=/etc/systemd/journald.conf.d/rigwright.conf
runs=false
if [ "$(sha256sum <$file)" = "$digest  -" ] && [ "$(stat -c %Z $file)" -le "$since" ]; then runs=true; fi
printf '{"journald runs with its settings": %s}\n' $runs
