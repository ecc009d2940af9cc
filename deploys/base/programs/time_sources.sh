# Prints the sources of time that chronyd has as it runs, as {NAME: "used"} in JSON, and how many are offline.
# A command of chronyc adds them, deletes them and takes them offline, without a file.
set -eu
# -N: by the names of the configuration. An IPv6 address has no comma.
sources=$(chronyc -N -c sources -a)
offline=$(chronyc -c activity | cut -d, -f2)
printf '%s\n' "$sources" | awk -F, -v offline="$offline" '
    function plain(text) { gsub(/[\\"]/, "", text); return text }
    BEGIN { printf "{" }
    $3 != "" && !seen[$3]++ { printf "\"%s\": \"used\", ", plain($3) }
    END { printf "\"sources that are offline\": \"%d\"}\n", offline }'
