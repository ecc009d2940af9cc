# State "staged": the payload is unpacked below the journal, versions are compared, first steps run.
# Nothing that the subsystem owns was touched; recovery deletes the journal.

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

# Remediations of runtime state learn which units this change started, because their start has read the new files.
run_steps() {
    RIGWRIGHT_STARTED=$(cat "$tx/started" 2>/dev/null)
    export RIGWRIGHT_STARTED
    for step in "$tx/payload/steps/$1"/*.sh; do
        [ -e "$step" ] || continue
        limited "$(cat "${step%.sh}.timeout")" sh "$step" >"$tx/out" 2>&1 </dev/null && continue
        ended=$?
        say "could not make the $(cat "${step%.sh}.name")"
        hung "$ended"
        show "$tx/out"
        return 1
    done
}
