separator=
printf '{'
there=$(systemctl show -P LoadState cron.service)
# A unit that is not there yet has nothing to be placed; its drop-in waits for it.
if [ "$there" = not-found ]; then found='0-1'; else found=$(systemctl show -P AllowedCPUs cron.service); fi
printf '%s"cron.service AllowedCPUs": "%s"' "$separator" "$found"
separator=', '
# A unit that is not there yet has nothing to be placed; its drop-in waits for it.
if [ "$there" = not-found ]; then found='50'; else found=$(systemctl show -P CPUWeight cron.service); fi
printf '%s"cron.service CPUWeight": "%s"' "$separator" "$found"
separator=', '
# A unit that is not there yet has nothing to be placed; its drop-in waits for it.
if [ "$there" = not-found ]; then found='20'; else found=$(systemctl show -P IOWeight cron.service); fi
printf '%s"cron.service IOWeight": "%s"' "$separator" "$found"
separator=', '
there=$(systemctl show -P LoadState system-later.slice)
# A unit that is not there yet has nothing to be placed; its drop-in waits for it.
if [ "$there" = not-found ]; then found='200'; else found=$(systemctl show -P CPUWeight system-later.slice); fi
printf '%s"system-later.slice CPUWeight": "%s"' "$separator" "$found"
separator=', '
printf '}\n'
# cron.service AllowedCPUs: 0-1
# cron.service CPUWeight: 50
# cron.service IOWeight: 20
# system-later.slice CPUWeight: 200
# remediation after_activation:
set -eu
if [ "$(systemctl show -P LoadState cron.service)" != not-found ]; then
    systemctl set-property --runtime cron.service 'AllowedCPUs=0-1' 'CPUWeight=50' 'IOWeight=20'
fi
if [ "$(systemctl show -P LoadState system-later.slice)" != not-found ]; then
    systemctl set-property --runtime system-later.slice 'CPUWeight=200'
fi
