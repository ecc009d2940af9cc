#!/bin/sh
# Bring each copy up to date. One that fails does not stop the others; an interrupted one resumes where it was.
# The file `replicas` beside it has a line for each copy: its source and its target.
# Exit code 1: a copy is not up to date.
set -u
export HOME=/ LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
failed=0
send() {
    syncoid --quiet --no-sync-snap --create-bookmark --sendoptions=Lc --recvoptions=u "$1" "$2" </dev/null
}
# The first try may choose a snapshot that sanoid removes meanwhile, and the second one does not.
copy() {
    send "$1" "$2" && return
    sleep 30
    send "$1" "$2" && return
    echo "the copy of $1 in $2 is not up to date" >&2
    failed=1
}
while read -r source target; do
    copy "$source" "$target"
done <"${0%/*}/replicas"
exit "$failed"
