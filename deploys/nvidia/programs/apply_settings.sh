# Brings the cards to their settings. Without a loaded driver nothing can be set: another query reports that.
# Variables: tune, the program that sets them; persistence, Enabled or Disabled; verb, what brings that about.
: "${tune:?}" "${persistence:?}" "${verb:?}"
[ -e /sys/module/nvidia ] || exit 0
case $("$tune" look) in
*'"persistence": "'"$persistence"'"'*) ;;
*) systemctl "$verb" nvidia-persistenced.service || exit 1 ;;
esac
systemctl restart rigwright-nvidia.service
