# placement.sh show | set [UNIT PROPERTY VALUE]...: resource-control properties that systemd holds for units.
# show prints {"UNIT PROPERTY": VALUE}. A unit that does not exist yet has nothing to be placed and its drop-in
# waits for it: show prints the expected value, and set passes it over. Of a limit of memory the kernel's own value
# is shown where it is another one: anything of root may write to the unit's control group.
set -u
action=$1
shift

exists() { [ "$(systemctl show -P LoadState "$1")" != not-found ]; }

# The value that the kernel holds for a running unit, as systemd would print it; nothing where it holds none.
kernel() {
    case $2 in MemoryMax) file=memory.max ;; MemoryHigh) file=memory.high ;; *) return ;; esac
    group=$(systemctl show -P ControlGroup "$1")
    if [ -n "$group" ] && [ -r "/sys/fs/cgroup$group/$file" ]; then
        sed 's/^max$/infinity/' "/sys/fs/cgroup$group/$file"
    fi
}

show() {
    separator=
    printf '{'
    while [ $# -gt 0 ]; do
        found=$3
        if exists "$1"; then
            found=$(systemctl show -P "$2" "$1")
            held=$(kernel "$1" "$2")
            found=${held:-$found}
        fi
        printf '%s"%s %s": "%s"' "$separator" "$1" "$2" "$found"
        separator=', '
        shift 3
    done
    printf '}\n'
}

# The kernel has the values at once. The file in which systemd keeps each goes again: the drop-in has the same.
place() {
    while [ $# -gt 0 ]; do
        if exists "$1"; then
            systemctl set-property --runtime "$1" "$2=$3" || exit
            rm -f "/run/systemd/system.control/$1.d/50-$2.conf"
        fi
        shift 3
    done
    systemctl daemon-reload
}

case $action in
show) show "$@" ;;
set) place "$@" ;;
*) exit 64 ;;
esac
