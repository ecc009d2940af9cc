exec python3 -I -c deploys/zfs/programs/query.py pools '{"ceiling": "7.2", "datasets": [], "folders": {}, "pools": [{"disks": ["ata-A"], "name": "data", "properties": {"autoexpand": "off", "autotrim": "off", "failmode": "wait"}, "tasks": {"org.debian:periodic-scrub": "enable", "org.debian:periodic-trim": "enable"}}]}'
# data: imported
# data disks: ok
# data autoexpand: off
# data autotrim: off
# data failmode: wait
# data org.debian:periodic-scrub: enable
# data org.debian:periodic-trim: enable
# remediation before_check:
query=deploys/zfs/programs/query.py
plan='{"ceiling": "7.2", "datasets": [], "folders": {}, "pools": [{"disks": ["ata-A"], "name": "data", "properties": {"autoexpand": "off", "autotrim": "off", "failmode": "wait"}, "tasks": {"org.debian:periodic-scrub": "enable", "org.debian:periodic-trim": "enable"}}]}'
set -- data 12 /dev/disk/by-id/ata-A 'autoexpand=off autotrim=off failmode=wait' 'org.debian:periodic-scrub=enable org.debian:periodic-trim=enable'
deploys/zfs/programs/make_pools.sh
