set -- show linux-modules-nvidia-580-server-open-generic
deploys/nvidia/programs/kernel_holds.sh
# what brings new kernels: held
# remediation after_activation:
set -- hold linux-modules-nvidia-580-server-open-generic
deploys/nvidia/programs/kernel_holds.sh
