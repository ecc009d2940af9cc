set -- libnvcuvid1 libnvidia-encode1 nvidia-driver-cuda nvidia-kernel-open-dkms nvidia-persistenced
deploys/shared/programs/holds.sh
# libnvcuvid1: held
# libnvidia-encode1: held
# nvidia-driver-cuda: held
# nvidia-kernel-open-dkms: held
# nvidia-persistenced: held
# remediation after_activation:
apt-mark hold libnvcuvid1 libnvidia-encode1 nvidia-driver-cuda nvidia-kernel-open-dkms nvidia-persistenced
