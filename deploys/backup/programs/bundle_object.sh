# The repository of the inventory as a bundle of git, encrypted by whoever puts it here, in a place that is no disk.
# keep: reads a line of JSON about it, and then it, at standard input, and replaces the one before.
# about: prints that line, or null, as it was put from this host, and whether the place was reached last.
# get: prints the bundle.
# Exits 0, or with another code and a line on standard error.
set -eu
: "${place:?}" "${state:?}"
objects=/usr/local/lib/rigwright/backup/objects
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
case $1 in
    keep)
        IFS= read -r about
        cat >"$folder/bundle"
        sum=$(sha256sum <"$folder/bundle")
        case $about in
            *"\"${sum%% *}\""*) ;;
            *)
                echo "the bundle did not arrive whole: run again" >&2
                exit 1
                ;;
        esac
        printf '%s\n' "$about" >"$folder/about"
        "$objects" put repository.bundle.age "$folder/bundle"
        "$objects" put repository.json "$folder/about"
        cp "$folder/about" "$state/bundle-$place.json.new"
        mv "$state/bundle-$place.json.new" "$state/bundle-$place.json"
        ;;
    about)
        if grep -qs '"reached": "yes"' "$state/place.json"; then here=true; else here=false; fi
        about=$(cat "$state/bundle-$place.json" 2>/dev/null) || about=null
        printf '{"here": %s, "about": %s}\n' "$here" "$about"
        ;;
    get)
        "$objects" get "$place" repository.bundle.age "$folder/bundle"
        cat "$folder/bundle"
        ;;
    *) exit 64 ;;
esac
