#!/bin/sh
# One transaction of one subsystem on this host.
#
#   transaction.sh apply SUBSYSTEM SHA256 < payload     stage, check, arm, swap, activate, probe, confirm
#   transaction.sh confirm SUBSYSTEM                    keep what waits for a confirmation
#   transaction.sh revert SUBSYSTEM                     take back what waits for a confirmation
#   transaction.sh conclude SUBSYSTEM SHA256            succeed if that payload was confirmed, else take it back
#   transaction.sh recover                              finish or undo whatever a killed run left
#   transaction.sh settle                               the same if systemd says that the run was killed
#
# States, each written before what it announces:
#   staged    nothing on the host was touched; recovery forgets it
#   armed     the way back is prepared, files may be half swapped; recovery undoes it
#   probed    all is in place and answers; waits for a confirmation, recovery undoes it
#   confirmed the manifest may not be in place yet; recovery finishes it
# After "armed" nothing needs disk space: the way back is hard links and renames.
#
# Exit codes: 20 payload or disk, 21 version, 22 check, 23 activation, 24 probe, 25 not restored,
#             26 a last step failed although the files are in place, 27 a first step failed,
#             28 nothing waits for a confirmation, 29 nobody confirmed it.
# 20 to 24 and 27 leave the host as it was. The output never holds the content of a file.
set -u
umask 077
trap '' PIPE HUP
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
TAB=$(printf '\t')
STATE=${RIGWRIGHT_STATE:-/var/lib/rigwright}

say() { printf 'rigwright: %s\n' "$*" 2>/dev/null || :; }
show() { sed 's/^/    /' "$1" 2>/dev/null || :; }

set_state() {
    mv -T "$tx/state.$1" "$tx/state" && sync -f "$tx"
}

# The names beside a path: what comes, and the way back. No include pattern of a service matches them.
# Variables, because a process for each name of each file is most of what a small change costs.
beside() { new=${path%/*}/.${path##*/}.rig-new old=${path%/*}/.${path##*/}.rig-old; }

there() { [ -e "$1" ] || [ -L "$1" ]; }

each() {
    while IFS=$TAB read -r kind mode owner group target path; do
        "$@" || return 1
    done <"$tx/payload/plan"
}

# --- stage ---------------------------------------------------------------------------------------

stage() {
    rm -rf "$tx" && mkdir -p "$tx/payload" || return 1
    base64 -d >"$tx/payload.tar" || return 1
    [ "$(sha256sum <"$tx/payload.tar")" = "$1  -" ] || { say "the payload did not arrive whole"; return 1; }
    tar -xf "$tx/payload.tar" -C "$tx/payload" --no-same-owner || return 1
    rm -f "$tx/payload.tar"
    : >"$tx/out" && printf '%s\n' "$1" >"$tx/sha256" || return 1
    for name in staged armed probed confirmed; do
        printf '%s\n' "$name" >"$tx/state.$name" || return 1
    done
    set_state staged
}

same_version() {
    installed=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null)
    upstream=${installed#*:}
    case $upstream in
    "$2" | "$2"[!0-9]*) return 0 ;;
    esac
    say "$1 is ${installed:-not installed}, but its files were rendered for $2"
    return 1
}

versions_fit() {
    while IFS=$TAB read -r package wanted; do
        same_version "$package" "$wanted" || return 1
    done <"$tx/payload/versions"
}

# Of the units that this change started, mends know that their start has read the new files.
run_steps() {
    RIGWRIGHT_STARTED=$(cat "$tx/started" 2>/dev/null)
    export RIGWRIGHT_STARTED
    for step in "$tx/payload/steps/$1"/*.sh; do
        [ -e "$step" ] || continue
        sh "$step" >"$tx/out" 2>&1 </dev/null && continue
        say "could not make the $(cat "${step%.sh}.name")"
        show "$tx/out"
        return 1
    done
}

# --- check: the staged files at their real paths, in a mount namespace of their own --------------

VIEW=/run/rigwright-view

# Lays a writable side over the directory $1, whose own content is at $2. The root of an overlay has the
# mode and owner of that side.
overlay() {
    layer=$((layer + 1))
    mkdir "$VIEW/up$layer" "$VIEW/work$layer" &&
        chown --reference="$2" "$VIEW/up$layer" && chmod --reference="$2" "$VIEW/up$layer" &&
        mount -t overlay -o "lowerdir=$2,upperdir=$VIEW/up$layer,workdir=$VIEW/work$layer" rigwright "$1"
}

# An overlay hides what is mounted below it, such as /var/log: each mount gets an overlay of its own.
# One that cannot have it, such as a single file, is seen as it is, unless a file is to be placed in it.
overlay_below() {
    while IFS= read -r inner; do
        inner=$(printf '%b' "$inner")
        overlay "$inner" "$VIEW/low$inner" 2>/dev/null && continue
        each outside "$inner" && mount --bind "$VIEW/low$inner" "$inner" || return 1
    done
}

outside() { case $path in "$1" | "$1"/*) return 1 ;; esac; }

overlay_tops() {
    mount -t tmpfs -o mode=0700 rigwright "$VIEW" || return 1
    layer=0
    while IFS= read -r top; do
        awk -v top="$top/" -v view="$VIEW" 'index($5, top) == 1 && $5 != view { print $5 }' \
            /proc/self/mountinfo | sort -u >"$VIEW/below" || return 1
        [ ! -s "$VIEW/below" ] || { mkdir -p "$VIEW/low$top" && mount --rbind "$top" "$VIEW/low$top"; } || return 1
        overlay "$top" "$top" && overlay_below <"$VIEW/below" || return 1
    done <"$tx/payload/tops"
}

check_inside() {
    overlay_tops || { say "could not prepare the view for the checks"; return 1; }
    each place && each swap || { say "could not lay the staged files over the real ones"; return 1; }
    for check in "$tx/payload/checks"/*.sh; do
        [ -e "$check" ] || continue
        sh "$check" >"$VIEW/out" 2>&1 </dev/null && continue
        say "$(cat "${check%.sh}.name") refused the new files"
        show "$VIEW/out"
        return 1
    done
}

# --- arm and swap --------------------------------------------------------------------------------

remember() {
    if [ -L "$path" ]; then
        printf 'had\t-\t-\t%s\n' "$path"
    elif [ -d "$path" ]; then
        stat -c "directory${TAB}%a${TAB}%u:%g${TAB}%n" "$path"
    elif [ -e "$path" ]; then
        printf 'had\t-\t-\t%s\n' "$path"
    else
        printf 'none\t-\t-\t%s\n' "$path"
    fi
}

remember_units() {
    while IFS=$TAB read -r unit enabled active action; do
        printf '%s\t%s\t%s\t%s\n' "$unit" "$(systemctl is-enabled "$unit" 2>/dev/null | head -n 1)-" \
            "$(systemctl is-active "$unit" 2>/dev/null)" "$action"
    done <"$tx/payload/units"
}

# A file of somebody else is kept before it is replaced.
save_foreign() {
    while IFS= read -r path; do
        [ -e "$path" ] || [ -L "$path" ] || continue
        mkdir -p "$saved${path%/*}" && cp -a "$path" "$saved$path" || return 1
        say "kept the old $path in $saved"
    done <"$tx/payload/save"
}

arm() {
    saved=$STATE/saved/$(date -u +%Y%m%dT%H%M%SZ)-$subsystem
    save_foreign || return 1
    each remember >"$tx/before" || return 1
    remember_units >"$tx/units.before" || return 1
    cp "$tx/payload/manifest" "$tx/manifest.new" || return 1
    keyed_hashes >"$tx/secrets.new" || return 1
    mkdir -p "$STATE/manifests" || return 1
    sync -f "$tx" && set_state armed || return 1
    each keep
}

# The host's own key makes the kept hashes of secrets useless elsewhere.
keyed_hashes() {
    [ -s "$STATE/key" ] || { head -c 32 /dev/urandom >"$STATE/key.new" && mv "$STATE/key.new" "$STATE/key"; } ||
        return 1
    while IFS= read -r path; do
        hash=$(cat "$STATE/key" "$tx/payload/files$path" | sha256sum) || return 1
        printf '%s\t%s\n' "${hash%% *}" "$path"
    done <"$tx/payload/secrets"
}

keep() {
    [ -d "$path" ] && [ ! -L "$path" ] && return 0
    there "$path" || return 0
    beside
    rm -f "$old"
    ln -P "$path" "$old"
}

# What comes is born unreadable beside its place, and gets its owner before its mode: install(1) does it so.
place() {
    beside
    case $kind in
    directory)
        # Owner and mode would go to wherever the link leads.
        [ ! -L "$path" ] || { say "$path is a link and no directory; put a directory in its place"; return 1; }
        [ -d "$path" ] || mkdir -p "$path" && chown "$owner:$group" "$path" && chmod "$mode" "$path"
        ;;
    file) install -m "$mode" -o "$owner" -g "$group" "$tx/payload/files$path" "$new" ;;
    link) rm -f "$new" && ln -s "$target" "$new" ;;
    esac
}

swap() {
    case $kind in
    file | link) beside && mv -T "$new" "$path" ;;
    remove) rm -f "$path" ;;
    esac
}

# --- activate and probe --------------------------------------------------------------------------

# While the host boots, waiting for a unit that waits for this one would never end.
control() { systemctl ${RIGWRIGHT_BOOT:+--no-block} "$@"; }

# Of a unit whose file is gone systemd knows nothing, and stopping it would fail.
stopped() { case $(systemctl is-active "$1" 2>/dev/null) in inactive | unknown | "") return 0 ;; *) return 1 ;; esac }

start() {
    systemctl reset-failed "$1" 2>/dev/null
    control start "$1" && printf '%s ' "$1" >>"$tx/started"
}

act() {
    case $3 in
    active) systemctl is-active -q "$1" || { start "$1"; return; } ;;
    *) stopped "$1" || control stop "$1"; return ;;
    esac
    case $4 in
    reload) systemctl reload "$1" ;;
    restart) systemctl restart "$1" ;;
    esac
}

reload_manager() {
    [ "$(cat "$tx/payload/daemon-reload")" = no ] || systemctl daemon-reload
}

# Enabling gives such a unit a second name, and systemd forgets a running service that gets one with the next
# reload: it would start another beside it. So it stops before that, as of sshd the sessions do not.
gets_a_name() { systemctl is-active -q "$1" && systemctl cat "$1" 2>/dev/null | grep -q '^Alias='; }

# Only where it is needed, and with one reload for all units, because systemd then reads every unit again:
# enable and disable do that after each, and twice more for an init script, whose links systemd ignores.
set_enabled() {
    switched=no
    while IFS=$TAB read -r unit enabled active action; do
        case $enabled in
        enabled) switch=enable ;;
        disabled) switch=disable ;;
        *) continue ;;
        esac
        is=$(systemctl is-enabled "$unit" 2>/dev/null)
        case $enabled:$is in
        enabled:enabled | disabled:disabled | disabled: | disabled:not-found) continue ;;
        esac
        switched=yes
        [ "$switch" = disable ] || ! gets_a_name "$unit" || control stop "$unit" >>"$tx/out" 2>&1 </dev/null || return 1
        SYSTEMCTL_SKIP_SYSV=1 systemctl "$switch" -q --no-reload "$unit" >>"$tx/out" 2>&1 && continue
        say "could not set $unit to $enabled"
        return 1
    done <"$tx/payload/units"
}

# A unit whose own file goes is turned off while it still has it: afterwards systemd knows no ExecStop= of it.
leave() {
    while IFS=$TAB read -r unit enabled active action; do
        [ "$active" = inactive ] || continue
        grep -q "^remove$TAB.*$TAB/etc/systemd/system/$unit\$" "$tx/payload/plan" || continue
        systemctl disable -q --now "$unit" >>"$tx/out" 2>&1 </dev/null || return 1
    done <"$tx/payload/units"
}

# A service that its socket started keeps the socket's ports until it stops.
close_sockets() {
    while IFS=$TAB read -r unit enabled active action; do
        case $unit:$active in
        *.socket:inactive) ;;
        *) continue ;;
        esac
        stopped "$unit" || control stop "$unit" "${unit%.socket}.service" >>"$tx/out" 2>&1 </dev/null || return 1
    done <"$tx/payload/units"
}

activate() {
    close_sockets || return 1
    set_enabled || return 1
    if [ "$switched" = yes ]; then systemctl daemon-reload; else reload_manager; fi || return 1
    while IFS=$TAB read -r unit enabled active action; do
        act "$unit" "$enabled" "$active" "$action" >>"$tx/out" 2>&1 </dev/null && continue
        say "$unit did not take the new files ($action)"
        journalctl -u "$unit" -n 15 --no-pager -o cat >>"$tx/out" 2>/dev/null
        return 1
    done <"$tx/payload/units"
}

probe() {
    for probe in "$tx/payload/probes"/*.sh; do
        [ -e "$probe" ] || continue
        end=$(($(date +%s) + $(cat "${probe%.sh}.timeout")))
        until timeout 10 sh "$probe" >"$tx/out" 2>&1 </dev/null; do
            [ "$(date +%s)" -lt "$end" ] || { say "$(cat "${probe%.sh}.name") did not answer"; return 1; }
            sleep 0.1
        done
    done
}

# --- the ways out --------------------------------------------------------------------------------

# rename(2) does nothing when both names are the same file, which they are until the swap.
inode() { stat -c %d:%i "$1" 2>/dev/null; }

put_back() {
    beside
    rm -f "$new"
    case $was in
    had)
        there "$old" || return 0
        if [ "$(inode "$old")" = "$(inode "$path")" ]; then rm -f "$old"; else mv -fT "$old" "$path"; fi
        ;;
    none) [ -d "$path" ] && [ ! -L "$path" ] || rm -f "$path" ;;
    directory) chown "$owner" "$path" && chmod "$mode" "$path" ;;
    esac
}

put_back_unit() {
    # A socket cannot start while its service runs.
    case $unit:$active in
    *.socket:active) systemctl is-active -q "$unit" || control stop "${unit%.socket}.service" ;;
    esac
    case $enabled in
    enabled-) systemctl enable -q "$unit" ;;
    disabled-) systemctl disable -q "$unit" ;;
    - | not-found-) return 0 ;;
    esac
    case $active in
    active | reloading | activating) act "$unit" "$enabled" active "$action" ;;
    *) systemctl stop "$unit" ;;
    esac
}

# A unit whose file came with this change loses its links before it loses its file.
forget_new_unit() {
    case $enabled in
    - | not-found-) control disable -q --now "$unit" ;;
    esac
}

restore() {
    failed=0
    while IFS=$TAB read -r unit enabled active action; do
        forget_new_unit >/dev/null 2>&1 </dev/null
    done <"$tx/units.before"
    while IFS=$TAB read -r was mode owner path; do
        put_back || failed=1
    done <"$tx/before"
    # Directories that came with this change go again, the deepest first, if nobody else used them.
    sort -r "$tx/before" | while IFS=$TAB read -r was mode owner path; do
        [ "$was" != none ] || [ ! -d "$path" ] || rmdir "$path" 2>/dev/null
    done
    reload_manager || failed=1
    while IFS=$TAB read -r unit enabled active action; do
        put_back_unit >/dev/null 2>&1 </dev/null || failed=1
    done <"$tx/units.before"
    [ "$failed" = 0 ] || return 1
    rm -rf "$tx" && sync -f "$STATE"
}

finish() {
    [ ! -e "$tx/secrets.new" ] || mv -T "$tx/secrets.new" "$STATE/manifests/$subsystem.secrets" || return 1
    [ ! -e "$tx/sha256" ] || mv -T "$tx/sha256" "$STATE/manifests/$subsystem.sha256" || return 1
    [ ! -e "$tx/manifest.new" ] || mv -T "$tx/manifest.new" "$STATE/manifests/$subsystem.json" || return 1
    while IFS=$TAB read -r was mode owner path; do
        beside
        if there "$old" || there "$new"; then rm -f "$old" "$new"; fi
    done <"$tx/before"
    rm -rf "$tx" && sync -f "$STATE"
}

recover_one() {
    subsystem=${tx##*/}
    case $(cat "$tx/state" 2>/dev/null) in
    armed | probed) say "an earlier change of $subsystem was cut off: taking it back"; restore ;;
    confirmed) say "an earlier change of $subsystem was cut off at its end: finishing it"; finish ;;
    *) rm -rf "$tx" ;;
    esac
}

recover() {
    for tx in "$STATE/transactions"/*; do
        [ -d "$tx" ] || continue
        recover_one || { say "could not put back what $tx holds; see $tx/before"; return 1; }
    done
}

give_up() {
    code=$1
    shift
    [ "$(cat "$tx/state" 2>/dev/null)" != staged ] || refuse "$code" "$*"
    say "$*"
    restore && say "the old state of $subsystem is back" && exit "$code"
    say "THE OLD STATE OF $subsystem IS NOT WHOLLY BACK; run this again or see $tx/before"
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
    unshare -m --propagation private sh "$0" check "$subsystem" || refuse 22 "the check failed"
    arm || give_up 20 "could not prepare the way back (is the disk full?)"
    watchdog || give_up 20 "could not arm the timer that takes the change back"
    each place || give_up 20 "could not place the files (is the disk full?)"
    flush
    leave || { show "$tx/out"; give_up 23 "could not turn off what goes"; }
    each swap || give_up 20 "could not swap the files"
    activate || { show "$tx/out"; give_up 23 "activation failed"; }
    run_steps activated || give_up 23 "activation failed"
    probe || { show "$tx/out"; give_up 24 "the probe failed"; }
    [ "$(cat "$tx/payload/confirm")" = 0 ] || wait_for_confirmation
    settle
}

# Contents reach the disk before the names that lead to them, and both before the journal says so.
flush() {
    while read -r top; do sync -f "$top"; done <"$tx/payload/tops"
}

wait_for_confirmation() {
    set_state probed || give_up 20 "could not write the journal"
    say "$subsystem waits for its confirmation"
    exit 0
}

# From here on the change stays, whatever becomes of its last steps.
settle() {
    flush
    set_state confirmed || give_up 20 "could not write the journal"
    run_steps after
    after=$?
    finish || exit 25
    [ "$after" = 0 ] || exit 26
    say "confirmed $subsystem"
}

# A change that could lock the operator out goes back by itself unless it is confirmed in time.
watchdog() {
    seconds=$(cat "$tx/payload/confirm")
    [ "$seconds" = 0 ] && return 0
    systemctl stop "rigwright-revert-$subsystem.timer" 2>/dev/null
    systemd-run --quiet --collect --unit="rigwright-revert-$subsystem" --on-active="$seconds" \
        --timer-property=AccuracySec=1s sh "$0" revert "$subsystem"
}

# systemd tells ExecStopPost= how the run ended; one that was stopped by SIGTERM is a success to it.
killed() {
    case ${SERVICE_RESULT:-success}:${EXIT_CODE:-exited} in
    success:exited | exit-code:exited) return 1 ;;
    esac
}

pending() {
    [ "$(cat "$tx/state" 2>/dev/null)" = probed ] || { say "no change of $subsystem waits for a confirmation"; exit 28; }
}

conclude() {
    [ "$(cat "$STATE/manifests/$subsystem.sha256" 2>/dev/null)" != "$1" ] || exit 0
    [ ! -d "$tx" ] || restore || exit 25
    say "no new connection could confirm $subsystem; its old state is back"
    exit 29
}

verb=$1
subsystem=${2:-}
tx=$STATE/transactions/$subsystem
# The timer that takes a change back runs beside the named unit: this keeps the two apart.
[ "$verb" = check ] || { exec 9<"$STATE" && flock 9; } || exit 20
case $verb in
apply) apply "$3" ;;
check) check_inside ;;
recover) recover ;;
settle) killed && recover ;;
conclude) conclude "$3" ;;
confirm) pending; systemctl stop "rigwright-revert-$subsystem.timer"; settle ;;
revert) [ -d "$tx" ] || exit 0; say "taking back $subsystem: nobody confirmed it"; restore ;;
esac
