set -- show kernel.dmesg_restrict=1 kernel.kptr_restrict=1
deploys/base/programs/kernel.sh
# differing: none
# remediation after_activation:
set -- set kernel.dmesg_restrict=1 kernel.kptr_restrict=1
deploys/base/programs/kernel.sh
