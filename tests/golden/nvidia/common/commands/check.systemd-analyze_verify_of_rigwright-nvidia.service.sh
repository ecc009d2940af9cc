systemd-analyze verify --man=no /etc/systemd/system/rigwright-nvidia.service
