set -- 5.15.0
deploys/nvidia/programs/query_kernel.sh
# modules that fit the kernel: prebuilt
# remediation after_activation:
