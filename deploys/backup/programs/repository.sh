#!/bin/sh
# The repository's place: whether it may be written to, and whose it is.
# ready: exits 0 where its disk is mounted and the repository is marked as this host's, else 1 with the reason.
# reached: exits 0 where its disk is mounted, whoever's it is: enough to read it.
# new: exits 0 where its disk is mounted and there is no repository yet, else 1.
# mark: marks an empty or new folder as this host's, and has a full backup of PostgreSQL made at once.
# adopt: the same with one that has backups in it.
# state: prints JSON for drift: "mounted" and "owner".
set -eu
# Given as variables in a step; its own file is read where it is installed.
# shellcheck source=/dev/null
[ -n "${path:-}" ] || . /usr/local/lib/rigwright/backup/values.env
: "${path:?}" "${mount:?}" "${state:?}"
account=${account:-postgres}
marker=$path/rigwright-host
id=$(cat /etc/machine-id)

mounted() { mountpoint -q "$mount"; }
owner() { if [ -r "$marker" ]; then cut -d ' ' -f 1 "$marker"; else echo; fi; }
empty() { [ ! -e "$path" ] || [ -z "$(ls -A "$path")" ]; }

mark() {
    mounted || { echo "$mount is not mounted" >&2; exit 1; }
    install -d -m 0750 -o "$account" -g "$account" "$path"
    printf '%s %s\n' "$id" "$(uname -n)" >"$marker.new"
    chmod 0644 "$marker.new"
    sync "$marker.new"
    mv "$marker.new" "$marker"
    [ "$account" = postgres ] || return 0
    # Until there is a backup in it, it takes no log, and that would wait until the next full one.
    rm -f "$state/full-tried"
    install -m 0640 -o postgres -g postgres /dev/null "$state/full-due"
}

case $1 in
    ready)
        mounted || { echo "$mount is not mounted: nothing is written to $path" >&2; exit 1; }
        [ "$(owner)" = "$id" ] || {
            echo "$path is not marked as this host's: nothing is written to it" >&2
            exit 1
        }
        ;;
    reached) mounted || { echo "$mount is not mounted: mount it" >&2; exit 1; } ;;
    new) mounted && empty ;;
    mark) mark ;;
    adopt) mark ;;
    state)
        if mounted; then is=yes; else is=no; fi
        if [ "$is" = no ]; then whose=unknown; elif [ -z "$(owner)" ]; then whose=none
        elif [ "$(owner)" = "$id" ]; then whose="this host"; else whose="another host"; fi
        printf '{"mounted": "%s", "owner": "%s"}\n' "$is" "$whose"
        ;;
    *) exit 64 ;;
esac
