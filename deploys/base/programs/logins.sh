# Prints {NAME: "uid N, SHELL"} for each account that could log in and is none of the names in "$@".
# root and accounts of packages (uid below 1000, other than 0) are left out.
getent passwd | awk -F: -v known=" $* " '
    function plain(text) { gsub(/[\\"]/, "", text); return text }
    BEGIN { printf "{" }
    index(known, " " $1 " ") || $1 == "root" || $7 ~ /\/(nologin|false)$/ { next }
    $3 == 0 || ($3 >= 1000 && $3 < 60000) {
        printf "%s\"%s\": \"uid %d, %s\"", separator, plain($1), $3, plain($7); separator = ", "
    }
    END { print "}" }'
