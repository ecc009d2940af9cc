# What brings new kernels and their modules: packages whose names hold no version of a kernel.
free=$(dpkg-query -W -f '${db:Status-Want} ${db:Status-Status} ${Package}\n' \
    'linux-generic*' 'linux-image-generic*' 'linux-headers-generic*' linux-modules-nvidia-580-server-open-generic 2>/dev/null |
    sed -n 's/^install installed //p' | paste -s -d ' ' -)
printf '{"what brings new kernels": "%s"}\n' "${free:-held}"
# what brings new kernels: held
# remediation after_activation:
# What brings new kernels and their modules: packages whose names hold no version of a kernel.
free=$(dpkg-query -W -f '${db:Status-Want} ${db:Status-Status} ${Package}\n' \
    'linux-generic*' 'linux-image-generic*' 'linux-headers-generic*' linux-modules-nvidia-580-server-open-generic 2>/dev/null |
    sed -n 's/^install installed //p' | paste -s -d ' ' -)
[ -z "$free" ] || apt-mark hold $free
