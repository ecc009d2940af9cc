# What brings new kernels and their modules: packages whose names hold no version of a kernel.
# shellcheck disable=SC2086  # the names of several packages are several arguments
# Arguments: `show` prints a JSON object of those that are not held, `hold` holds them; then the modules' packages.
action=$1
shift
free=$(dpkg-query -W -f '${db:Status-Want} ${db:Status-Status} ${Package}\n' \
    'linux-generic*' 'linux-image-generic*' 'linux-headers-generic*' "$@" 2>/dev/null |
    sed -n 's/^install installed //p' | paste -s -d ' ' -)
case $action in
show) printf '{"what brings new kernels": "%s"}\n' "${free:-held}" ;;
hold) [ -z "$free" ] || apt-mark hold $free ;;
esac
