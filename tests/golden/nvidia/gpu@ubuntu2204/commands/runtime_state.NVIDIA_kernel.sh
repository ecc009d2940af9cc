case $(uname -r) in
5.15.0-*-generic) found=prebuilt ;;
*-generic) found=prebuilt-hwe ;;
*) found="dkms, for $(uname -r)" ;;
esac
printf '{"modules that fit the kernel": "%s"}\n' "$found"
# modules that fit the kernel: prebuilt
# remediation after_activation:
