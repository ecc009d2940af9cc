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
