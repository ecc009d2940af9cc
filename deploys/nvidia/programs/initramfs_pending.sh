# Exit code 0: an initramfs is older than a file that it has a copy of.
# Arguments: the file, and the SHA-256 that it should have.
# A machine without an initramfs, such as a container, has none to rebuild.
command -v update-initramfs >/dev/null || exit 1
# Before the file is there, or while it is another one, each must be rebuilt after the change.
echo "$2  $1" | sha256sum -c --status || exit 0
old=$(find /boot -maxdepth 1 -name 'initrd.img-*' ! -newer "$1")
[ -n "$old" ]
