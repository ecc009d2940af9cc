# State "staged": the checks run over the staged files at their real paths, in a mount namespace of their own.

VIEW=/run/rigwright-view

# Mounts a writable overlay over the directory $1, whose own content is at $2. The root of an overlay has the
# mode and owner of its upper directory.
overlay() {
    layer=$((layer + 1))
    mkdir "$VIEW/up$layer" "$VIEW/work$layer" &&
        chown --reference="$2" "$VIEW/up$layer" && chmod --reference="$2" "$VIEW/up$layer" &&
        mount -t overlay -o "lowerdir=$2,upperdir=$VIEW/up$layer,workdir=$VIEW/work$layer" rigwright "$1"
}

# An overlay hides what is mounted below it, such as /var/log: each mount gets an overlay of its own.
# One that cannot have it, such as a single file, is bound as it is, unless a file is to be placed in it.
overlay_below() {
    while IFS= read -r inner; do
        inner=$(printf '%b' "$inner")
        overlay "$inner" "$VIEW/low$inner" 2>/dev/null && continue
        { each outside "$inner" && mount --bind "$VIEW/low$inner" "$inner"; } || return 1
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
    { each place && each swap; } || { say "could not place the staged files over the real ones"; return 1; }
    for check in "$tx/payload/checks"/*.sh; do
        [ -e "$check" ] || continue
        limited "$(cat "${check%.sh}.timeout")" sh "$check" >"$VIEW/out" 2>&1 </dev/null && continue
        ended=$?
        case $ended in
        124) say "$(cat "${check%.sh}.name") did not end" ;;
        *) say "$(cat "${check%.sh}.name") refused the new files" ;;
        esac
        hung "$ended"
        show "$VIEW/out"
        return 1
    done
}
