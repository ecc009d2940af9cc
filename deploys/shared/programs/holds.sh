# Prints {"PACKAGE": "held" | "not held"} for each installed one of the packages in "$@".
# A package that dpkg does not know is left out.
dpkg-query -W -f '${binary:Package} ${db:Status-Want}\n' "$@" 2>/dev/null | awk '
    BEGIN { printf "{" }
    { sub(/:.*/, "", $1); printf "%s\"%s\": \"%s\"", separator, $1, ($2 == "hold" ? "held" : "not held"); separator = ", " }
    END { print "}" }'
