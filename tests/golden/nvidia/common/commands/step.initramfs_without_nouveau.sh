update-initramfs -u -k all
