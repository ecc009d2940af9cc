deploys/zfs/programs/query_timers.sh
# cron: enabled active
# other timers: none
# remediation after_activation:
deploys/zfs/programs/disable_timers.sh
