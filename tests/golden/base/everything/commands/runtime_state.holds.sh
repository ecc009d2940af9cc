dpkg-query -W -f '${binary:Package} ${db:Status-Want}\n' vim-tiny 2>/dev/null | awk '
    BEGIN { printf "{" }
    { sub(/:.*/, "", $1); printf "%s\"%s\": \"%s\"", separator, $1, ($2 == "hold" ? "held" : "not held"); separator = ", " }
    END { print "}" }'
# vim-tiny: held
# remediation after_activation:
apt-mark hold vim-tiny
