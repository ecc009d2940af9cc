deploys/nvidia/programs/query_containers.sh
# nvidia.com/gpu=all is known: yes
# remediation after_activation:
[ ! -e /sys/module/nvidia ] || systemctl restart nvidia-cdi-refresh.service
