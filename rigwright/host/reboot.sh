#!/bin/sh
# Drain this host and reboot it. It runs under the lock of the transactions: see run.sh.
#
#   reboot.sh reboot [UNIT RESTARTS SECONDS WHAT COMMAND]...
#                         each command whose unit runs, one after the other; RESTARTS is yes or no
#   reboot.sh settle      ends every run: where no reboot comes, restart what was drained
#
# The last line is "result: ordered" where systemd took the order: the exit code alone does not show it, because
# to systemd a run that an operator stopped is a success.
# A command that fails or takes longer than its seconds delays nothing: systemd then stops what is left.
# Exit codes: 30 a change is pending or packages are being installed, 31 systemd refused the reboot.
set -u
umask 077
trap '' PIPE HUP
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
STATE=${RIGWRIGHT_STATE:-/var/lib/rigwright}
ENDED=/run/rigwright-reboot.ended
OUT=/run/rigwright-reboot.out

say() { printf 'rigwright: %s\n' "$*" 2>/dev/null || :; }

# The operator's machine has checked all this; under the lock no other run can begin in between.
blocked() {
    for state in "$STATE/transactions"/*/state; do
        [ -e "$state" ] || continue
        subsystem=${state%/state}
        say "a change of ${subsystem##*/} waits for confirmation or was interrupted; nothing was drained"
        return 0
    done
    case $(systemctl show -p ActiveState --value rigwright-packages.service) in
    active | activating | deactivating) say "packages are being installed; nothing was drained" ;;
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
    if [ "$code" = 124 ]; then say "    not within $seconds s"; else say "    failed with $code"; fi
    tail -n 5 "$OUT" | sed 's/^/    /' 2>/dev/null
}

# Without waiting: systemd kills what follows a stopped run after a few seconds.
start_again() {
    [ -e "$ENDED" ] || return 0
    while IFS= read -r unit; do
        systemctl --no-block restart "$unit" </dev/null
    done <"$ENDED"
    rm -f "$ENDED"
}

reboot() {
    blocked && exit 30
    rm -f "$ENDED"
    while [ $# -ge 5 ]; do
        end "$1" "$2" "$3" "$4" "$5"
        shift 5
    done
    if systemctl reboot >"$OUT" 2>&1; then
        echo 'result: ordered' 2>/dev/null || :
        exit 0
    fi
    say "systemd refused the reboot: $(tail -n 1 "$OUT")"
    start_again
    exit 31
}

# A run that an operator stopped, or that was killed.
settle() {
    [ "${EXIT_CODE:-exited}" = exited ] || [ "$(systemctl is-system-running)" = stopping ] || start_again
}

verb=$1
shift
case $verb in
reboot) reboot "$@" ;;
settle) settle ;;
esac
