deploys/base/programs/time_sources.sh
# ntp.ubuntu.com: used
# sources that are offline: 0
# remediation after_activation:
systemctl restart chrony.service
