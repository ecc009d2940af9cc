# kernel.sh show | set KEY=VALUE...: settings of the kernel as a whole, which no container may set.
# show prints {"differing": …, "not applicable": …}; set exits with an error where the kernel refuses a value.
set -u
action=$1
shift

container() { systemd-detect-virt --container --quiet; }

show() {
    differing='' elsewhere=''
    for setting in "$@"; do
        key=${setting%%=*} wanted=${setting#*=}
        if container; then
            elsewhere="$elsewhere $key"
        else
            found=$(sysctl -n "$key" 2>/dev/null | tr '\t' ' ')
            [ "$found" = "$wanted" ] || differing="$differing$key is $found, wanted $wanted; "
        fi
    done
    printf '{"differing": "%s", "not applicable": "%s"}\n' "${differing:-none}" "${elsewhere# }"
}

case $action in
show) show "$@" ;;
set)
    container && exit 0
    for setting in "$@"; do sysctl -qw "$setting" || exit; done
    ;;
*) exit 64 ;;
esac
