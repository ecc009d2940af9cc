# sysctl.sh show KEY... | set KEY=VALUE...: kernel settings of this network namespace.
# show prints {KEY: VALUE}, empty for a key that is unknown; set ends at the first value that the kernel refuses.
set -u
action=$1
shift

show() {
    separator=
    printf '{'
    for key in "$@"; do
        printf '%s"%s": "%s"' "$separator" "$key" "$(sysctl -n "$key" 2>/dev/null | tr '\t' ' ')"
        separator=', '
    done
    printf '}\n'
}

case $action in
show) show "$@" ;;
set) for setting in "$@"; do sysctl -qw "$setting" || exit; done ;;
*) exit 64 ;;
esac
