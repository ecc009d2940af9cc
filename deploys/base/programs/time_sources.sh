# Prints the sources of time that chronyd has as it runs, as {NAME: "used"} in JSON, and how many are offline.
# A command of chronyc adds them, deletes them and takes them offline, without a file.
# One that was just started is waited for.
set -eu
tries=0
# -N: by the names of the configuration.
until sources=$(chronyc -N -c sources -a); do
    tries=$((tries + 1))
    if [ $tries -ge 10 ] || ! systemctl is-active -q chrony.service; then
        echo 'chronyd does not respond' >&2
        exit 1
    fi
    sleep 0.3
done
offline=$(chronyc -c activity | cut -d, -f2)
printf '%s\n' "$sources" | awk -F, -v offline="$offline" '
    function plain(text) { gsub(/[\\"]/, "", text); return text }
    BEGIN { printf "{" }
    $3 != "" && !seen[$3]++ { printf "\"%s\": \"used\", ", plain($3) }
    END { printf "\"sources that are offline\": \"%d\"}\n", offline }'
