# The verbs: "apply" goes through all states; the others end a change that is "probed", or recover it.

LOCK_SECONDS=1800

give_up() {
    code=$1
    shift
    [ "$(cat "$tx/state" 2>/dev/null)" != staged ] || refuse "$code" "$*"
    say "$*"
    restore && say "the old state of $subsystem is restored" && exit "$code"
    say "THE OLD STATE OF $subsystem IS NOT FULLY RESTORED; run this again or see $tx/before"
    exit 25
}

refuse() {
    code=$1
    shift
    say "$*; nothing was changed"
    rm -rf "$tx"
    exit "$code"
}

apply() {
    # In a shell of its own: it goes through the subsystems, and this change is of one.
    (recover) || exit 25
    tx=$STATE/transactions/$subsystem
    mkdir -p "$STATE/transactions" || refuse 20 "no space below $STATE"
    stage "$1" || refuse 20 "could not stage the files (is the disk full?)"
    versions_fit || refuse 21 "the wrong version is installed"
    run_steps before || refuse 27 "a first step failed"
    mkdir -p "$VIEW" || refuse 20 "could not make $VIEW"
    unshare -m --propagation private sh "$0" check "$subsystem" 9<&- || refuse 22 "the check failed"
    arm || give_up 20 "could not prepare the way back (is the disk full?)"
    watchdog || give_up 20 "could not arm the timer that reverts the change"
    each place || give_up 20 "could not place the files (is the disk full?)"
    flush
    disable_removed || { show "$tx/out"; give_up 23 "could not disable the units that are removed"; }
    each swap || give_up 20 "could not swap the files"
    activate || { show "$tx/out"; give_up 23 "activation failed"; }
    run_steps activated || give_up 23 "activation failed"
    probe || { show "$tx/out"; give_up 24 "the probe failed"; }
    [ "$(cat "$tx/payload/confirm")" = 0 ] || wait_for_confirmation
    settle
}

# Contents reach the disk before their names, and both before the next state is written.
flush() {
    while read -r top; do sync -f "$top"; done <"$tx/payload/tops"
}

wait_for_confirmation() {
    set_state probed || give_up 20 "could not write the journal"
    say "$subsystem waits for confirmation"
    exit 0
}

# From here on the change is kept, whether or not its last steps succeed.
settle() {
    flush
    set_state confirmed || give_up 20 "could not write the journal"
    run_steps after
    after=$?
    finish || exit 25
    [ "$after" = 0 ] || exit 26
    say "confirmed $subsystem"
}

# A change that could lock the operator out reverts itself unless it is confirmed in time.
watchdog() {
    seconds=$(cat "$tx/payload/confirm")
    [ "$seconds" = 0 ] && return 0
    systemctl stop "rigwright-revert-$subsystem.timer" 2>/dev/null
    systemd-run --quiet --collect --unit="rigwright-revert-$subsystem" --on-active="$seconds" \
        --timer-property=AccuracySec=1s sh "$0" revert "$subsystem"
}

# systemd passes to ExecStopPost= how the run ended; one that SIGTERM stopped counts as a success.
killed() {
    case ${SERVICE_RESULT:-success}:${EXIT_CODE:-exited} in
    success:exited | exit-code:exited) return 1 ;;
    esac
}

pending() {
    [ "$(cat "$tx/state" 2>/dev/null)" = probed ] || { say "no change of $subsystem waits for confirmation"; exit 28; }
}

# The timer that reverts a change runs beside the named unit: this lock keeps them from running together.
lock() {
    exec 9<"$STATE" || return 1
    flock -n 9 && return
    holders=$(systemctl list-units --plain --no-legend --state=active,activating 'rigwright-revert-*.service' \
        'rigwright-recover.service' 2>/dev/null | awk '{ printf "%s ", $1 }')
    say "waiting for ${holders:-another change}, which changes this host"
    flock -w "$LOCK_SECONDS" 9 && return
    say "${holders:-another change} held $STATE for $LOCK_SECONDS s; nothing was changed;" \
        "next: sudo systemctl status 'rigwright-*'"
    return 1
}

conclude() {
    [ "$(cat "$STATE/manifests/$subsystem.sha256" 2>/dev/null)" != "$1" ] || exit 0
    [ ! -d "$tx" ] || restore || exit 25
    say "no new connection could confirm $subsystem; its old state is restored"
    exit 29
}

verb=$1
subsystem=${2:-}
tx=$STATE/transactions/$subsystem
[ "$verb" = check ] || lock || exit 20
case $verb in
apply) apply "$3" ;;
check) check_inside ;;
recover) recover ;;
settle) killed && recover ;;
conclude) conclude "$3" ;;
confirm) pending; systemctl stop "rigwright-revert-$subsystem.timer"; settle ;;
revert) [ -d "$tx" ] || exit 0; say "reverting $subsystem: it was not confirmed in time"; restore ;;
esac
