/usr/local/lib/rigwright/nvidia/tune look
# persistence: Disabled
# power limit in watts: 450
# remediation after_activation:
# Without a loaded driver nothing can be set, and a reading tells that it is not loaded.
[ -e /sys/module/nvidia ] || exit 0
case $(/usr/local/lib/rigwright/nvidia/tune look) in
*'"persistence": "Disabled"'*) ;;
*) systemctl stop nvidia-persistenced.service || exit 1 ;;
esac
systemctl restart rigwright-nvidia.service
