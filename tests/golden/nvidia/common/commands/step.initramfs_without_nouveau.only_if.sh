set -- /etc/modprobe.d/rigwright-nvidia.conf <sha256 of /etc/modprobe.d/rigwright-nvidia.conf>
deploys/nvidia/programs/initramfs_pending.sh
