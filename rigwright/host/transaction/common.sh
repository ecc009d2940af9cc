#!/bin/sh
# One transaction of one subsystem on this host.
#
#   transaction.sh apply SUBSYSTEM SHA256 < payload     stage, check, arm, swap, activate, probe, confirm
#   transaction.sh confirm SUBSYSTEM                    keep a change that waits for confirmation
#   transaction.sh revert SUBSYSTEM                     revert a change that waits for confirmation
#   transaction.sh conclude SUBSYSTEM SHA256            succeed if that payload was confirmed, else revert it
#   transaction.sh recover                              finish or revert all interrupted runs
#   transaction.sh settle                               the same if systemd reports that the run was killed
#
# States, each written before what it announces:
#   staged    nothing on the host was touched; recovery deletes it
#   armed     the way back is prepared, files may be half swapped; recovery reverts it
#   probed    all is in place and its probes pass; waits for confirmation, recovery reverts it
#   confirmed the manifest may not be in place yet; recovery finishes it
# After "armed" nothing needs disk space: the way back is hard links and renames.
#
# Exit codes: 20 payload or disk, 21 version, 22 check, 23 activation, 24 probe, 25 not restored,
#             26 a last step failed although the files are in place, 27 a first step failed,
#             28 no change waits for confirmation, 29 the change was not confirmed.
# 20 to 24 and 27 leave the host as it was. The output never holds the content of a file.
#
# Every command of a subsystem has a time limit, and so has every unit that starts, reloads or stops.
#
# The parts in rigwright/host/transaction/ are joined in the order of rigwright/remote/commands.py.
# This one holds what all of them use. $tx is the journal of the subsystem's transaction.
set -u
umask 077
trap '' PIPE HUP
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
TAB=$(printf '\t')
STATE=${RIGWRIGHT_STATE:-/var/lib/rigwright}

say() { printf 'rigwright: %s\n' "$*" 2>/dev/null || :; }
show() { sed 's/^/    /' "$1" 2>/dev/null || :; }

# Runs a command of a subsystem for at most so many seconds, after which it is killed: 124 where it took longer.
# It does not inherit the lock: what outlives its kill would keep it.
limited() {
    limit=$1 began=$(date +%s)
    shift
    timeout -k 5 "$limit" "$@" 9<&-
    ended=$?
    case $ended in 124 | 137) ;; *) return "$ended" ;; esac
    [ "$(($(date +%s) - began))" -lt "$limit" ] || ended=124
    return "$ended"
}

# After a command that failed with $1: whether it took too long, and what stands still on this host.
hung() {
    [ "$1" != 124 ] || say "it took longer than $limit s, and was ended"
    stopped=$(standing_still)
    if [ -n "$stopped" ]; then
        echo "$stopped" | while IFS= read -r line; do say "$line"; done
    elif [ "$1" = 124 ]; then
        say "next: sudo systemctl status $(cut -f1 "$tx/payload/units" 2>/dev/null | tr '\n' ' ')shows what it waits for"
    fi
}

# The services of which a process is stopped by a signal, or which are frozen, with what lets them go on.
standing_still() {
    for process in /proc/[0-9]*; do
        read -r line <"$process/stat" || continue
        case ${line##*) } in [Tt]' '*) ;; *) continue ;; esac
        unit=$(sed -n 's|.*/\([^/]*\.service\).*|\1|p' "$process/cgroup" | head -n 1)
        [ -z "$unit" ] || echo "$unit is stopped by a signal; next: sudo systemctl kill -s CONT $unit"
    done 2>/dev/null | sort -u
    systemctl show -p Id -p FreezerState '*.service' 2>/dev/null | awk -F= '
        $1 == "Id" { id = $2 }
        $1 == "FreezerState" && $2 == "frozen" { print id " is frozen; next: sudo systemctl thaw " id }'
}

set_state() {
    mv -T "$tx/state.$1" "$tx/state" && sync -f "$tx"
}

# The names beside a path: the new file, and the way back. No include pattern of a service matches them.
# Variables, because a process for each name of each file is most of what a small change costs.
beside() { new=${path%/*}/.${path##*/}.rig-new old=${path%/*}/.${path##*/}.rig-old; }

there() { [ -e "$1" ] || [ -L "$1" ]; }

each() {
    while IFS=$TAB read -r kind mode owner group target path; do
        "$@" || return 1
    done <"$tx/payload/plan"
}
