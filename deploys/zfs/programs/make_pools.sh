# Makes pools of empty disks, imports those that this host used last, and sets their properties.
# Variables: query, the program that inspects the disks once more right before; plan, its first argument.
# Arguments: five for each pool: its name, its ashift, its vdev, its properties, and those of its own dataset.
# The words of one argument are separated by blanks; properties are NAME=VALUE. No value holds a blank.
# shellcheck disable=SC2086  # such words are separate arguments
set -eu
: "${query:?}" "${plan:?}"
modprobe zfs || {
    echo "Linux $(uname -r) has no module of ZFS that it loads. If a newer kernel is installed, reboot into it;"
    echo "under Secure Boot the key of DKMS must be enrolled: mokutil --import /var/lib/dkms/mok.pub, and reboot."
    exit 1
}
[ -s /etc/hostid ] || zgenhostid
ready() (
    pool=$1 ashift=$2 vdev=$3
    action=$(python3 -I -c "$query" action "$plan" "$pool")
    case $action in
    here) ;;
    import) zpool import -N -d /dev/disk/by-id "$pool" ;;
    create)
        zpool create -m none -O canmount=off -O atime=off -O xattr=sa -O compression=lz4 \
            -o ashift="$ashift" "$pool" $vdev
        ;;
    *) exit 1 ;;
    esac
)
while [ "$#" -gt 0 ]; do
    ready "$1" "$2" "$3"
    for property in $4; do zpool set "$property" "$1"; done
    zfs set $5 "$1"
    shift 5
done
