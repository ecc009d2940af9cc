# The fifth byte of the firmware's variable is its value.
on=$(od -An -tu1 -j4 -N1 /sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c 2>/dev/null)
told=taken
if [ "$((${on:-0}))" = 1 ]; then
    told="refused by Secure Boot"
    for key in /var/lib/dkms/mok.pub /var/lib/shim-signed/mok/MOK.der; do
        [ -e "$key" ] && mokutil --test-key "$key" 2>/dev/null | grep -q 'already enrolled' && told=taken
    done
fi
printf '{"modules that are compiled here": "%s"}\n' "$told"
# modules that are compiled here: taken
# remediation after_activation:
