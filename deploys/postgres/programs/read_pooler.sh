# Prints some of PgBouncer's settings as JSON. The account that it runs as may query it without a password.
# programs: the folder of psql; port: the pooler's; keys: the settings, separated by |
: "${programs:?}" "${port:?}" "${keys:?}"
cd / || exit 1
shown=$(
    runuser -u postgres -- "$programs/psql" -X -q -A -t -h /run/postgresql -p "$port" -U pgbouncer -d pgbouncer -c 'SHOW CONFIG'
) || exit 1
printf '%s\n' "$shown" | awk -F '|' -v keys="^($keys)\$" '
    $1 ~ keys { printf "%s\"%s\": \"%s\"", sep, $1, $2; sep = ", " }
    BEGIN { printf "{" } END { printf "}" }'
