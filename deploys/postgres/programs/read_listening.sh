# Prints {"ADDRESS:PORT": "listening"} for each TCP socket that listens on the port, as JSON.
# port: the port
: "${port:?}"
sockets=$(ss -Hltn "sport = :$port") || exit 1
printf '%s\n' "$sockets" | awk '
    NF > 3 { printf "%s\"%s\": \"listening\"", sep, $4; sep = ", " }
    BEGIN { printf "{" } END { print "}" }'
