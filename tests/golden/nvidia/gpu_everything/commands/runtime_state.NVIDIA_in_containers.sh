nvidia-ctk cdi list 2>/dev/null | grep -qx nvidia.com/gpu=all && told=yes || told=no
printf '{"nvidia.com/gpu=all is known": "%s"}\n' "$told"
# nvidia.com/gpu=all is known: yes
# remediation after_activation:
[ ! -e /sys/module/nvidia ] || systemctl restart nvidia-cdi-refresh.service
