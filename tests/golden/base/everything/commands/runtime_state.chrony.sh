deploys/base/programs/time_sources.sh
# time1.rig.test: used
# time2.rig.test: used
# sources that are offline: 0
# remediation after_activation:
systemctl restart chrony.service
