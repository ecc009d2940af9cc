deploys/redis/programs/overcommit.sh
# fork of a large server: ok
# remediation after_activation:
sysctl -qw vm.overcommit_memory=1
