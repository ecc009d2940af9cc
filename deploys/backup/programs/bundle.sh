# The repository of the inventory as a bundle of git, encrypted by whoever puts it here, beside the backups.
# keep: reads a line of JSON about it, and then it, at standard input, and replaces the one before.
# about: prints that line, or nothing where there is none or the disk is away.
# get: prints the bundle.
# Exits 0, or with another code and a line on standard error, and then the one before is as it was.
set -eu
: "${path:?}" "${mount:?}"
folder=$path/rigwright-objects
bundle=$folder/repository.bundle.age
case $1 in
    keep)
        [ ! -L "$folder" ] || { echo "$folder is a link: remove it" >&2; exit 1; }
        umask 077
        mkdir -p "$folder"
        IFS= read -r about
        cat >"$bundle.new"
        sum=$(sha256sum <"$bundle.new")
        case $about in
            *"\"${sum%% *}\""*) ;;
            *)
                rm -f "$bundle.new"
                echo "$bundle did not arrive whole: run again" >&2
                exit 1
                ;;
        esac
        printf '%s\n' "$about" >"$folder/repository.json.new"
        sync "$bundle.new" "$folder/repository.json.new"
        mv "$bundle.new" "$bundle"
        mv "$folder/repository.json.new" "$folder/repository.json"
        ;;
    about)
        if mountpoint -q "$mount"; then here=true; else here=false; fi
        about=null
        if [ -s "$bundle" ] && [ -r "$folder/repository.json" ]; then about=$(cat "$folder/repository.json"); fi
        printf '{"here": %s, "about": %s}\n' "$here" "$about"
        ;;
    get) cat "$bundle" ;;
    *) exit 64 ;;
esac
