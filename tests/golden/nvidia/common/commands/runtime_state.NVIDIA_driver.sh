# Debian's module has the branch's name before its own, and is loaded as nvidia.
disk= license=
for name in nvidia nvidia-current nvidia-current-open; do
    disk=$(modinfo -F version "$name" 2>/dev/null) && license=$(modinfo -F license "$name") && break
done
loaded=$(cat /sys/module/nvidia/version 2>/dev/null)
library=$(ldconfig -p | sed -n 's/.* => \(.*libnvidia-ml\.so\.1\)$/\1/p' | head -n 1)
library=$(readlink -f "${library:-/none}")
case $library in
*.so.[0-9]*.*) library=${library##*.so.} ;;
*) library= ;;
esac

state=loaded
[ -n "$loaded" ] || state="not loaded: reboot the host"
versions=one
if [ "${loaded:-$disk}" != "$disk" ] || [ "$library" != "$disk" ]; then
    versions="${loaded:-none} loaded, ${disk:-none} on disk, ${library:-none} in the library: reboot the host"
fi
case $license in
"") flavour="no module" ;;
*GPL*) flavour=open ;;
*) flavour=proprietary ;;
esac
nouveau="not loaded"
[ ! -e /sys/module/nouveau ] || nouveau="loaded: reboot the host"
newest=$(ls /boot/vmlinuz-* 2>/dev/null | sort -V | tail -n 1)
newest=${newest#/boot/vmlinuz-}
kernel="has the module"
if [ -n "$newest" ] &&
    [ -z "$(find "/lib/modules/$newest" -name 'nvidia.ko*' -o -name 'nvidia-current*.ko*' 2>/dev/null)" ]; then
    kernel="$newest has no module of the driver: install it before the host is rebooted"
fi
printf '{"module": "%s", "flavour": "%s", "versions": "%s", "nouveau": "%s", "next kernel": "%s"}\n' \
    "$state" "$flavour" "$versions" "$nouveau" "$kernel"
# module: loaded
# flavour: open
# versions: one
# nouveau: not loaded
# next kernel: has the module
# remediation after_activation:
