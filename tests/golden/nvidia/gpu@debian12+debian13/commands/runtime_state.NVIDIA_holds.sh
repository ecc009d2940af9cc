dpkg-query -W -f '${binary:Package} ${db:Status-Want}\n' libnvcuvid1 libnvidia-encode1 nvidia-driver-cuda nvidia-kernel-open-dkms nvidia-persistenced 2>/dev/null | awk '
    BEGIN { printf "{" }
    { sub(/:.*/, "", $1); printf "%s\"%s\": \"%s\"", separator, $1, ($2 == "hold" ? "held" : "not held"); separator = ", " }
    END { print "}" }'
# libnvcuvid1: held
# libnvidia-encode1: held
# nvidia-driver-cuda: held
# nvidia-kernel-open-dkms: held
# nvidia-persistenced: held
# remediation after_activation:
apt-mark hold libnvcuvid1 libnvidia-encode1 nvidia-driver-cuda nvidia-kernel-open-dkms nvidia-persistenced
