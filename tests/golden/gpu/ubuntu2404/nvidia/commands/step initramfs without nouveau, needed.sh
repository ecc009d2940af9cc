# A machine without an initramfs, such as a container, has none to rebuild.
command -v update-initramfs >/dev/null || exit 1
old=$(find /boot -maxdepth 1 -name 'initrd.img-*' ! -newer /etc/modprobe.d/rigwright-nvidia.conf 2>/dev/null)
[ -n "$old" ]
