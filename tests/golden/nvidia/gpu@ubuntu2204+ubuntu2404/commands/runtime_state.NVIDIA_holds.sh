set -- libnvidia-decode-580-server libnvidia-encode-580-server nvidia-headless-no-dkms-580-server-open nvidia-utils-580-server
deploys/shared/programs/holds.sh
# libnvidia-decode-580-server: held
# libnvidia-encode-580-server: held
# nvidia-headless-no-dkms-580-server-open: held
# nvidia-utils-580-server: held
# remediation after_activation:
apt-mark hold libnvidia-decode-580-server libnvidia-encode-580-server nvidia-headless-no-dkms-580-server-open nvidia-utils-580-server
