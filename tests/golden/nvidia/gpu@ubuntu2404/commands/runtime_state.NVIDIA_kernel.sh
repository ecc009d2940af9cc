set -- 6.8.0
deploys/nvidia/programs/query_kernel.sh
# modules that fit the kernel: prebuilt
# remediation after_activation:
