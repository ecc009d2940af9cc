set -- show cron.service AllowedCPUs 0-1 cron.service CPUWeight 50 cron.service IOWeight 20 unattended-upgrades.service MemoryHigh 536870912 unattended-upgrades.service MemoryMax 1073741824 unattended-upgrades.service CPUQuotaPerSecUSec 1.500000s system-later.slice CPUWeight 200
deploys/base/programs/placement.sh
# cron.service AllowedCPUs: 0-1
# cron.service CPUWeight: 50
# cron.service IOWeight: 20
# unattended-upgrades.service MemoryHigh: 536870912
# unattended-upgrades.service MemoryMax: 1073741824
# unattended-upgrades.service CPUQuotaPerSecUSec: 1.500000s
# system-later.slice CPUWeight: 200
# remediation after_activation:
set -- set cron.service AllowedCPUs 0-1 cron.service CPUWeight 50 cron.service IOWeight 20 unattended-upgrades.service MemoryHigh 536870912 unattended-upgrades.service MemoryMax 1073741824 unattended-upgrades.service CPUQuota 150% system-later.slice CPUWeight 200
deploys/base/programs/placement.sh
