dpkg-query -W -f '${binary:Package} ${db:Status-Want}\n' libnvidia-decode-580-server libnvidia-encode-580-server nvidia-headless-no-dkms-580-server-open nvidia-utils-580-server 2>/dev/null | awk '
    BEGIN { printf "{" }
    { sub(/:.*/, "", $1); printf "%s\"%s\": \"%s\"", separator, $1, ($2 == "hold" ? "held" : "not held"); separator = ", " }
    END { print "}" }'
# libnvidia-decode-580-server: held
# libnvidia-encode-580-server: held
# nvidia-headless-no-dkms-580-server-open: held
# nvidia-utils-580-server: held
# remediation after_activation:
apt-mark hold libnvidia-decode-580-server libnvidia-encode-580-server nvidia-headless-no-dkms-580-server-open nvidia-utils-580-server
