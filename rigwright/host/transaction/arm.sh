# State "armed": the way back is prepared, then files are placed beside their paths and swapped.
# Recovery puts the old files and units back.

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

# An unmanaged file is saved before it is replaced.
save_unmanaged() {
    while IFS= read -r path; do
        [ -e "$path" ] || [ -L "$path" ] || continue
        mkdir -p "$saved${path%/*}" && cp -a "$path" "$saved$path" || return 1
        say "saved the old $path in $saved"
    done <"$tx/payload/save"
}

arm() {
    saved=$STATE/saved/$(date -u +%Y%m%dT%H%M%SZ)-$subsystem
    save_unmanaged || return 1
    each remember >"$tx/before" || return 1
    remember_units >"$tx/units.before" || return 1
    cp "$tx/payload/manifest" "$tx/manifest.new" || return 1
    keyed_hashes >"$tx/secrets.new" || return 1
    mkdir -p "$STATE/manifests" || return 1
    sync -f "$tx" && set_state armed || return 1
    each keep
}

# The host's own key makes the stored hashes of secrets useless elsewhere.
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

# Names an account or a group that was removed from the host; it fails in any case.
without_owner() {
    getent passwd "$owner" >/dev/null || missing_owner account "$owner"
    getent group "$group" >/dev/null || missing_owner group "$group"
    return 1
}

missing_owner() {
    say "there is no $1 $2, to which $path belongs: make it again, or reinstall the package that brings it"
}

# A new file is created unreadable beside its path, and gets its owner before its mode, as install(1) does it.
place() {
    beside
    case $kind in
    directory)
        # Owner and mode would go to wherever the link leads.
        [ ! -L "$path" ] || { say "$path is a link and not a directory; replace it with a directory"; return 1; }
        { [ -d "$path" ] || mkdir -p "$path"; } && { chown "$owner:$group" "$path" || without_owner; } &&
            chmod "$mode" "$path"
        ;;
    file) install -m "$mode" -o "$owner" -g "$group" "$tx/payload/files$path" "$new" || without_owner ;;
    link) rm -f "$new" && ln -s "$target" "$new" ;;
    esac
}

swap() {
    case $kind in
    file | link) beside && mv -T "$new" "$path" ;;
    remove) rm -f "$path" ;;
    esac
}
