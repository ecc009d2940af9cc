found=$(for card in /sys/bus/pci/devices/*; do
    [ "$(cat "$card/vendor" 2>/dev/null)" = 0x10de ] || continue
    case $(cat "$card/class") in
    0x0300* | 0x0302*) sed 's/^0x/10de:/' "$card/device" ;;
    esac
done | sort -u | paste -s -d ' ' -)
printf '{"on the PCI bus": "%s"}\n' "${found:-none}"
# on the PCI bus: 10de:2b85
# remediation after_activation:
