# Keep SCRIPT on the host and run it as a transient unit, whose name is the lock.
#
#   run.sh TEXT SCRIPT UNIT HOLDER WAIT_SECONDS VERB [ARGUMENT...]     standard input goes to the script
#
# A unit is not a child of this connection: a cut line or a killed operator cannot stop it half-way.
# Exit code 75: another run held the lock all the time; the message names it.
set -u
umask 077
text=$1 script=/var/lib/rigwright/bin/$2 unit=$3.service holder=$4 wait=$5
shift 5

free() {
    case $(systemctl show -p ActiveState --value "$unit" 2>/dev/null) in
    active | activating | deactivating | reloading) return 1 ;;
    esac
}

# Who holds the lock, and since when.
holder() {
    systemctl show -p Description -p ActiveEnterTimestamp -p InactiveExitTimestamp "$unit" 2>/dev/null | awk -F= '
        { value[$1] = substr($0, length($1) + 2) }
        END {
            since = value["ActiveEnterTimestamp"] ? value["ActiveEnterTimestamp"] : value["InactiveExitTimestamp"]
            print value["Description"] (since ? ", since " since : "")
        }'
}

mkdir -p /var/lib/rigwright/bin || exit 20
if ! printf '%s' "$text" | cmp -s - "$script"; then
    if ! { printf '%s' "$text" >"$script.$$" && sync "$script.$$" && mv "$script.$$" "$script"; }; then
        rm -f "$script.$$"
        echo "rigwright: could not write $script (is the disk full?); nothing was changed" >&2
        exit 20
    fi
fi

waited=0
while :; do
    if free; then
        systemd-run --quiet --collect --wait --pipe --unit="$unit" --description="$holder" \
            -p TimeoutStopSec=15 -p ExecStopPost="-/bin/sh $script settle" sh "$script" "$@"
        code=$?
        { [ "$code" = 1 ] && ! free; } || exit "$code"
    fi
    [ $((waited % 30)) -gt 0 ] || echo "rigwright: waiting for $(holder)" >&2
    waited=$((waited + 1))
    if [ "$waited" -gt "$wait" ]; then
        echo "rigwright: locked by $(holder); nothing was changed" >&2
        exit 75
    fi
    sleep 1
done
