exec python3 -I -c deploys/zfs/query.py pools '{"ceiling": "7.2", "datasets": [{"name": "data/postgres", "properties": {"atime": "off", "canmount": "on", "compression": "zstd", "devices": "off", "logbias": "latency", "mounted": "yes", "mountpoint": "/var/lib/postgresql", "overlay": "off", "primarycache": "all", "quota": "214748364800", "recordsize": "65536", "reservation": "21474836480", "setuid": "off", "sync": "standard", "xattr": "sa"}}, {"name": "data/redis", "properties": {"atime": "off", "canmount": "on", "compression": "lz4", "devices": "off", "logbias": "latency", "mounted": "yes", "mountpoint": "/var/lib/redis", "overlay": "off", "primarycache": "all", "quota": "0", "recordsize": "131072", "reservation": "0", "setuid": "off", "sync": "always", "xattr": "sa"}}, {"name": "data/media", "properties": {"atime": "on", "canmount": "on", "compression": "lz4", "devices": "off", "logbias": "throughput", "mounted": "yes", "mountpoint": "/srv/media", "overlay": "off", "primarycache": "metadata", "quota": "0", "recordsize": "1048576", "reservation": "0", "setuid": "off", "sync": "standard", "xattr": "sa"}}, {"name": "backup/copies", "properties": {"atime": "off", "canmount": "off", "compression": "zstd", "devices": "off", "logbias": "latency", "mounted": "no", "mountpoint": "none", "overlay": "off", "primarycache": "all", "quota": "0", "recordsize": "1048576", "reservation": "0", "setuid": "off", "sync": "standard", "xattr": "sa"}}], "folders": {"/srv/media": "data/media", "/var/lib/postgresql": "data/postgres", "/var/lib/redis": "data/redis"}, "pools": [{"disks": ["nvme-A", "nvme-B"], "name": "data", "properties": {"autoexpand": "on", "autotrim": "on", "failmode": "continue"}, "tasks": {"org.debian:periodic-scrub": "disable", "org.debian:periodic-trim": "disable"}}, {"disks": ["ata-C"], "name": "backup", "properties": {"autoexpand": "off", "autotrim": "off", "failmode": "wait"}, "tasks": {"org.debian:periodic-scrub": "enable", "org.debian:periodic-trim": "disable"}}]}'
# data: imported
# data disks: ok
# data autoexpand: on
# data autotrim: on
# data failmode: continue
# data org.debian:periodic-scrub: disable
# data org.debian:periodic-trim: disable
# backup: imported
# backup disks: ok
# backup autoexpand: off
# backup autotrim: off
# backup failmode: wait
# backup org.debian:periodic-scrub: enable
# backup org.debian:periodic-trim: disable
# remediation before_check:
# Makes pools of empty disks, and imports those that this host used last. Looks once more right before it.
set -eu
modprobe zfs || {
    echo "Linux $(uname -r) has no module of ZFS that it loads. If a newer kernel is installed, reboot into it;"
    echo "under Secure Boot the key of DKMS must be enrolled: mokutil --import /var/lib/dkms/mok.pub, and reboot."
    exit 1
}
[ -s /etc/hostid ] || zgenhostid
ready() (
    what=$( exec python3 -I -c deploys/zfs/query.py action '{"ceiling": "7.2", "datasets": [{"name": "data/postgres", "properties": {"atime": "off", "canmount": "on", "compression": "zstd", "devices": "off", "logbias": "latency", "mounted": "yes", "mountpoint": "/var/lib/postgresql", "overlay": "off", "primarycache": "all", "quota": "214748364800", "recordsize": "65536", "reservation": "21474836480", "setuid": "off", "sync": "standard", "xattr": "sa"}}, {"name": "data/redis", "properties": {"atime": "off", "canmount": "on", "compression": "lz4", "devices": "off", "logbias": "latency", "mounted": "yes", "mountpoint": "/var/lib/redis", "overlay": "off", "primarycache": "all", "quota": "0", "recordsize": "131072", "reservation": "0", "setuid": "off", "sync": "always", "xattr": "sa"}}, {"name": "data/media", "properties": {"atime": "on", "canmount": "on", "compression": "lz4", "devices": "off", "logbias": "throughput", "mounted": "yes", "mountpoint": "/srv/media", "overlay": "off", "primarycache": "metadata", "quota": "0", "recordsize": "1048576", "reservation": "0", "setuid": "off", "sync": "standard", "xattr": "sa"}}, {"name": "backup/copies", "properties": {"atime": "off", "canmount": "off", "compression": "zstd", "devices": "off", "logbias": "latency", "mounted": "no", "mountpoint": "none", "overlay": "off", "primarycache": "all", "quota": "0", "recordsize": "1048576", "reservation": "0", "setuid": "off", "sync": "standard", "xattr": "sa"}}], "folders": {"/srv/media": "data/media", "/var/lib/postgresql": "data/postgres", "/var/lib/redis": "data/redis"}, "pools": [{"disks": ["nvme-A", "nvme-B"], "name": "data", "properties": {"autoexpand": "on", "autotrim": "on", "failmode": "continue"}, "tasks": {"org.debian:periodic-scrub": "disable", "org.debian:periodic-trim": "disable"}}, {"disks": ["ata-C"], "name": "backup", "properties": {"autoexpand": "off", "autotrim": "off", "failmode": "wait"}, "tasks": {"org.debian:periodic-scrub": "enable", "org.debian:periodic-trim": "disable"}}]}' "$1")
    case $what in
    here) ;;
    import) zpool import -N -d /dev/disk/by-id "$1" ;;
    create) shift; zpool create -m none -O canmount=off -O atime=off -O xattr=sa -O compression=lz4 "$@" ;;
    *) exit 1 ;;
    esac
)
ready data -o ashift=13 data mirror /dev/disk/by-id/nvme-A /dev/disk/by-id/nvme-B
zpool set autoexpand=on data
zpool set autotrim=on data
zpool set failmode=continue data
zfs set org.debian:periodic-scrub=disable org.debian:periodic-trim=disable data
ready backup -o ashift=12 backup /dev/disk/by-id/ata-C
zpool set autoexpand=off backup
zpool set autotrim=off backup
zpool set failmode=wait backup
zfs set org.debian:periodic-scrub=enable org.debian:periodic-trim=disable backup
