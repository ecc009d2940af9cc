# The end of states "armed", "probed" (put back) and "confirmed" (finish), and recovery of interrupted runs.

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
    *) limited "$(unit_seconds "$unit")" systemctl stop "$unit" ;;
    esac
}

# A unit that this change added is disabled before its file is removed.
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
    # Directories that this change created are removed, the deepest first, if they are empty.
    sort -r "$tx/before" | while IFS=$TAB read -r was mode owner path; do
        [ "$was" != none ] || [ ! -d "$path" ] || rmdir "$path" 2>/dev/null
    done
    reload_manager || failed=1
    while IFS=$TAB read -r unit enabled active action; do
        put_back_unit >/dev/null 2>&1 </dev/null && continue
        ended=$? failed=1
        say "$unit did not take its old files"
        hung "$ended"
    done <"$tx/units.before"
    [ "$failed" = 0 ] || return 1
    # A file that is back has a new ctime, also below a service that was only reloaded and never read another.
    [ ! -e "$STATE/manifests/$subsystem.loaded" ] || know_loads
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
    know_loads
    rm -rf "$tx" && sync -f "$STATE"
}

# What the services have loaded until here is what this change wrote; some take a reload's signal half a second later.
# It is the clock whose times systemd shows; the other is the same where the machine was never suspended. Without the
# file every load is unknown, which is found.
know_loads() {
    uptime=$(python3 -I -S -c 'import time; print(time.monotonic() + 0.5)' 2>/dev/null) || uptime=$(cut -d ' ' -f 1 /proc/uptime)
    file=$STATE/manifests/$subsystem.loaded
    printf '%s %s\n' "$(cat /proc/sys/kernel/random/boot_id)" "$uptime" >"$file.new" && mv -T "$file.new" "$file"
}

recover_one() {
    subsystem=${tx##*/}
    case $(cat "$tx/state" 2>/dev/null) in
    armed | probed) say "an earlier change of $subsystem was interrupted: reverting it"; restore ;;
    confirmed) say "an earlier change of $subsystem was interrupted at its end: finishing it"; finish ;;
    *) rm -rf "$tx" ;;
    esac
}

recover() {
    for tx in "$STATE/transactions"/*; do
        [ -d "$tx" ] || continue
        recover_one || { say "could not restore what $tx holds; see $tx/before"; return 1; }
    done
}
