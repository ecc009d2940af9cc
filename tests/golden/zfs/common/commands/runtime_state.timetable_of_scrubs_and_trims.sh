# The distribution's cron table scrubs and trims; these timers of the same package would do so a second time.
cron="$(systemctl is-enabled cron.service 2>/dev/null | head -n 1) $(systemctl is-active cron.service 2>/dev/null)"
found=$(cd /etc/systemd/system/timers.target.wants 2>/dev/null && ls -d zfs-scrub-*@*.timer zfs-trim-*@*.timer 2>/dev/null | tr '\n' ' ')
printf '{"cron": "%s", "other timers": "%s"}\n' "$cron" "$(printf '%s' "${found:-none}" | sed 's/ $//')"
# cron: enabled active
# other timers: none
# remediation after_activation:
systemctl enable -q --now cron.service
cd /etc/systemd/system/timers.target.wants || exit 0
for timer in zfs-scrub-*@*.timer zfs-trim-*@*.timer; do
    [ ! -L "$timer" ] || systemctl disable -q --now "$timer"
done
