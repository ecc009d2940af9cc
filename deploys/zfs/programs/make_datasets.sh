# Makes the datasets that are missing and sets the properties that differ. Where files are is decided once: moving
# them is a person's work.
# Arguments: three for each dataset: its name, its mountpoint or none, and its properties as NAME=VALUE, separated
# by blanks. No value holds a blank.
# Exit code 1: a dataset is mounted elsewhere.
# shellcheck disable=SC2086  # each property is an argument
set -eu
# A folder that a package made keeps its owner and mode when a dataset is mounted on it.
make() {
    dataset=$1 folder=$2 options=
    for property in $3; do options="$options -o $property"; done
    had=$([ ! -d "$folder" ] || stat -c '%u:%g %a' "$folder")
    zfs create $options -o mountpoint="$folder" "$dataset"
    [ -z "$had" ] || [ "$folder" = none ] || { chown "${had% *}" "$folder" && chmod "${had#* }" "$folder"; }
}
keep() {
    dataset=$1 folder=$2
    zfs list -H -o name "$dataset" >/dev/null 2>&1 || { make "$dataset" "$folder" "$3"; return; }
    found=$(zfs get -H -o value mountpoint "$dataset")
    [ "$found" = "$folder" ] || {
        echo "$dataset is at $found, wanted $folder: stop what uses it, then zfs set mountpoint=$folder $dataset"
        exit 1
    }
    zfs set $3 "$dataset"
    [ "$folder" = none ] || [ "$(zfs get -H -o value mounted "$dataset")" = yes ] || zfs mount "$dataset"
}
while [ "$#" -gt 0 ]; do
    keep "$1" "$2" "$3"
    shift 3
done
