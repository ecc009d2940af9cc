set -- show vm.swappiness=10
deploys/base/programs/kernel.sh
# differing: none
# remediation after_activation:
set -- set vm.swappiness=10
deploys/base/programs/kernel.sh
