# Prints a JSON object: the state of cron, and the timers that scrub and trim beside its table.
# The distribution's cron table scrubs and trims; these timers of the same package would do so a second time.
cron="$(systemctl is-enabled cron.service 2>/dev/null | head -n 1) $(systemctl is-active cron.service 2>/dev/null)"
found=
for timer in /etc/systemd/system/timers.target.wants/zfs-scrub-*@*.timer \
    /etc/systemd/system/timers.target.wants/zfs-trim-*@*.timer; do
    [ ! -e "$timer" ] && [ ! -L "$timer" ] || found="$found ${timer##*/}"
done
found=${found# }
printf '{"cron": "%s", "other timers": "%s"}\n' "$cron" "${found:-none}"
