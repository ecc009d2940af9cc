set -- show cron.service AllowedCPUs 0-1 cron.service CPUWeight 50 cron.service IOWeight 20 system-later.slice CPUWeight 200
deploys/base/programs/placement.sh
# cron.service AllowedCPUs: 0-1
# cron.service CPUWeight: 50
# cron.service IOWeight: 20
# system-later.slice CPUWeight: 200
# remediation after_activation:
set -- set cron.service AllowedCPUs 0-1 cron.service CPUWeight 50 cron.service IOWeight 20 system-later.slice CPUWeight 200
deploys/base/programs/placement.sh
