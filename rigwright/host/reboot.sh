#!/bin/sh
# End what is under way on this host, and reboot it. It runs under the lock of the transactions: see run.sh.
#
#   reboot.sh reboot [UNIT RESTARTS SECONDS WHAT COMMAND]...
#                         each command whose unit runs, one after the other; RESTARTS is yes or no
#   reboot.sh settle      what ends every run: where no reboot comes, restart what had been ended
#
# The last line says that the reboot is ordered: to systemd a run that somebody stopped is a success.
# A command that fails or takes longer than its seconds holds nothing up: systemd then stops what is left.
# Exit codes: 30 a change waits or packages are being installed, 31 systemd refused the reboot.
set -u
umask 077
trap '' PIPE HUP
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
STATE=${RIGWRIGHT_STATE:-/var/lib/rigwright}
ENDED=/run/rigwright-reboot.ended
OUT=/run/rigwright-reboot.out

say() { printf 'rigwright: %s\n' "$*" 2>/dev/null || :; }

# The operator's machine asked all this before; here nobody else can begin in between.
forbidden() {
    for state in "$STATE/transactions"/*/state; do
        [ -e "$state" ] || continue
        subsystem=${state%/state}
        say "a change of ${subsystem##*/} waits or was cut off; nothing was ended"
        return 0
    done
    case $(systemctl show -p ActiveState --value rigwright-packages.service) in
    active | activating | deactivating) say "packages are being installed; nothing was ended" ;;
    *) return 1 ;;
    esac
}

# The last one that ended is the first that starts.
remember() {
    { printf '%s\n' "$1"; cat "$ENDED" 2>/dev/null || :; } >"$ENDED.new" && mv "$ENDED.new" "$ENDED"
}

end() {
    unit=$1 restarts=$2 seconds=$3 what=$4 command=$5
    systemctl -q is-active "$unit" || return 0
    [ "$restarts" = no ] || remember "$unit"
    say "$what"
    timeout -k 5 "$seconds" sh -c "$command" >"$OUT" 2>&1 </dev/null
    code=$?
    [ "$code" = 0 ] && return
    [ "$code" = 124 ] && say "    not within $seconds s" || say "    failed with $code"
    tail -n 5 "$OUT" | sed 's/^/    /' 2>/dev/null
}

# Nobody waits for it: systemd kills what follows a stopped run after a few seconds.
start_again() {
    [ -e "$ENDED" ] || return 0
    while IFS= read -r unit; do
        systemctl --no-block restart "$unit" </dev/null
    done <"$ENDED"
    rm -f "$ENDED"
}

reboot() {
    forbidden && exit 30
    rm -f "$ENDED"
    while [ $# -ge 5 ]; do
        end "$1" "$2" "$3" "$4" "$5"
        shift 5
    done
    if systemctl reboot >"$OUT" 2>&1; then
        say "the reboot is ordered"
        exit 0
    fi
    say "systemd refused the reboot: $(tail -n 1 "$OUT")"
    start_again
    exit 31
}

# A run that somebody stopped, or that was killed.
settle() {
    [ "${EXIT_CODE:-exited}" = exited ] || [ "$(systemctl is-system-running)" = stopping ] || start_again
}

verb=$1
shift
case $verb in
reboot) reboot "$@" ;;
settle) settle ;;
esac
