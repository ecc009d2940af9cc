exec python3 -I -c deploys/base/programs/placement.py show cron.service AllowedCPUs 0-1 cron.service CPUWeight 50 cron.service IOWeight 20 unattended-upgrades.service MemoryHigh 536870912 unattended-upgrades.service MemoryMax 1073741824 unattended-upgrades.service CPUQuotaPerSecUSec 1.500000s system-later.slice CPUWeight 200
# cron.service AllowedCPUs: 0-1
# cron.service CPUWeight: 50
# cron.service IOWeight: 20
# unattended-upgrades.service MemoryHigh: 536870912
# unattended-upgrades.service MemoryMax: 1073741824
# unattended-upgrades.service CPUQuotaPerSecUSec: 1.500000s
# system-later.slice CPUWeight: 200
# remediation after_activation:
exec python3 -I -c deploys/base/programs/placement.py set cron.service AllowedCPUs 0-1 cron.service CPUWeight 50 cron.service IOWeight 20 unattended-upgrades.service MemoryHigh 536870912 unattended-upgrades.service MemoryMax 1073741824 unattended-upgrades.service CPUQuota 150% system-later.slice CPUWeight 200
