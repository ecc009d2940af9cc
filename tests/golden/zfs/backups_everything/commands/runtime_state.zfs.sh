exec python3 -I -c deploys/zfs/programs/query.py required '{"ceiling": "7.2", "datasets": [], "folders": {}, "pools": [{"disks": ["ata-A"], "name": "data", "properties": {"autoexpand": "off", "autotrim": "off", "failmode": "wait"}, "tasks": {"org.debian:periodic-scrub": "enable", "org.debian:periodic-trim": "enable"}}]}'
# kernel: ok
# package sources: ok
# disk ata-A: ok
# remediation after_activation:
