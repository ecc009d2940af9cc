exec python3 -I -c deploys/zfs/query.py datasets '{"ceiling": null, "datasets": [{"name": "data/postgres", "properties": {"atime": "off", "canmount": "on", "compression": "zstd", "devices": "off", "logbias": "latency", "mounted": "yes", "mountpoint": "/var/lib/postgresql", "overlay": "off", "primarycache": "all", "quota": "214748364800", "recordsize": "65536", "reservation": "21474836480", "setuid": "off", "sync": "standard", "xattr": "sa"}}, {"name": "data/redis", "properties": {"atime": "off", "canmount": "on", "compression": "lz4", "devices": "off", "logbias": "latency", "mounted": "yes", "mountpoint": "/var/lib/redis", "overlay": "off", "primarycache": "all", "quota": "0", "recordsize": "131072", "reservation": "0", "setuid": "off", "sync": "always", "xattr": "sa"}}, {"name": "data/media", "properties": {"atime": "on", "canmount": "on", "compression": "lz4", "devices": "off", "logbias": "throughput", "mounted": "yes", "mountpoint": "/srv/media", "overlay": "off", "primarycache": "metadata", "quota": "0", "recordsize": "1048576", "reservation": "0", "setuid": "off", "sync": "standard", "xattr": "sa"}}, {"name": "backup/copies", "properties": {"atime": "off", "canmount": "off", "compression": "zstd", "devices": "off", "logbias": "latency", "mounted": "no", "mountpoint": "none", "overlay": "off", "primarycache": "all", "quota": "0", "recordsize": "1048576", "reservation": "0", "setuid": "off", "sync": "standard", "xattr": "sa"}}], "folders": {"/srv/media": "data/media", "/var/lib/postgresql": "data/postgres", "/var/lib/redis": "data/redis"}, "pools": [{"disks": ["nvme-A", "nvme-B"], "name": "data", "properties": {"autoexpand": "on", "autotrim": "on", "failmode": "continue"}, "tasks": {"org.debian:periodic-scrub": "disable", "org.debian:periodic-trim": "disable"}}, {"disks": ["ata-C"], "name": "backup", "properties": {"autoexpand": "off", "autotrim": "off", "failmode": "wait"}, "tasks": {"org.debian:periodic-scrub": "enable", "org.debian:periodic-trim": "disable"}}]}'
# data/postgres: there
# data/postgres recordsize: 65536
# data/postgres compression: zstd
# data/postgres atime: off
# data/postgres xattr: sa
# data/postgres logbias: latency
# data/postgres sync: standard
# data/postgres primarycache: all
# data/postgres quota: 214748364800
# data/postgres reservation: 21474836480
# data/postgres overlay: off
# data/postgres devices: off
# data/postgres setuid: off
# data/postgres mountpoint: /var/lib/postgresql
# data/postgres canmount: on
# data/postgres mounted: yes
# data/redis: there
# data/redis recordsize: 131072
# data/redis compression: lz4
# data/redis atime: off
# data/redis xattr: sa
# data/redis logbias: latency
# data/redis sync: always
# data/redis primarycache: all
# data/redis quota: 0
# data/redis reservation: 0
# data/redis overlay: off
# data/redis devices: off
# data/redis setuid: off
# data/redis mountpoint: /var/lib/redis
# data/redis canmount: on
# data/redis mounted: yes
# data/media: there
# data/media recordsize: 1048576
# data/media compression: lz4
# data/media atime: on
# data/media xattr: sa
# data/media logbias: throughput
# data/media sync: standard
# data/media primarycache: metadata
# data/media quota: 0
# data/media reservation: 0
# data/media overlay: off
# data/media devices: off
# data/media setuid: off
# data/media mountpoint: /srv/media
# data/media canmount: on
# data/media mounted: yes
# backup/copies: there
# backup/copies recordsize: 1048576
# backup/copies compression: zstd
# backup/copies atime: off
# backup/copies xattr: sa
# backup/copies logbias: latency
# backup/copies sync: standard
# backup/copies primarycache: all
# backup/copies quota: 0
# backup/copies reservation: 0
# backup/copies overlay: off
# backup/copies devices: off
# backup/copies setuid: off
# backup/copies mountpoint: none
# backup/copies canmount: off
# backup/copies mounted: no
# remediation before_check:
# Makes what is missing and sets what differs. Where files are is decided once: moving them is a person's work.
set -eu
# A folder that a package made keeps its owner and mode when a dataset is mounted on it.
make() {
    dataset=$1 folder=$2
    shift 2
    had=$([ ! -d "$folder" ] || stat -c '%u:%g %a' "$folder")
    zfs create $(printf -- '-o %s ' "$@") -o mountpoint="$folder" "$dataset"
    [ -z "$had" ] || [ "$folder" = none ] || { chown "${had% *}" "$folder" && chmod "${had#* }" "$folder"; }
}
keep() {
    dataset=$1 folder=$2
    shift 2
    zfs list -H -o name "$dataset" >/dev/null 2>&1 || { make "$dataset" "$folder" "$@"; return; }
    found=$(zfs get -H -o value mountpoint "$dataset")
    [ "$found" = "$folder" ] || {
        echo "$dataset is at $found, wanted $folder: stop what uses it, then zfs set mountpoint=$folder $dataset"
        exit 1
    }
    zfs set "$@" "$dataset"
    [ "$folder" = none ] || [ "$(zfs get -H -o value mounted "$dataset")" = yes ] || zfs mount "$dataset"
}
keep data/postgres /var/lib/postgresql \
    recordsize=65536 \
    compression=zstd \
    atime=off \
    xattr=sa \
    logbias=latency \
    sync=standard \
    primarycache=all \
    quota=214748364800 \
    reservation=21474836480 \
    overlay=off \
    devices=off \
    setuid=off \
    canmount=on
keep data/redis /var/lib/redis \
    recordsize=131072 \
    compression=lz4 \
    atime=off \
    xattr=sa \
    logbias=latency \
    sync=always \
    primarycache=all \
    quota=none \
    reservation=none \
    overlay=off \
    devices=off \
    setuid=off \
    canmount=on
keep data/media /srv/media \
    recordsize=1048576 \
    compression=lz4 \
    atime=on \
    xattr=sa \
    logbias=throughput \
    sync=standard \
    primarycache=metadata \
    quota=none \
    reservation=none \
    overlay=off \
    devices=off \
    setuid=off \
    canmount=on
keep backup/copies none \
    recordsize=1048576 \
    compression=zstd \
    atime=off \
    xattr=sa \
    logbias=latency \
    sync=standard \
    primarycache=all \
    quota=none \
    reservation=none \
    overlay=off \
    devices=off \
    setuid=off \
    canmount=off
