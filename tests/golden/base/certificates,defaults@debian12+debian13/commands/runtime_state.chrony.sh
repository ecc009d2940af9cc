deploys/base/programs/time_sources.sh
# 2.debian.pool.ntp.org: used
# sources that are offline: 0
# remediation after_activation:
systemctl restart chrony.service
