# The engine says itself whether it would take the file. Before 23.0 it cannot be asked; there, a flag that the
# file sets too ends it as soon as it has read the file and knows every key.
file=/etc/docker/daemon.json
if dockerd --help | grep -q -- --validate; then
    dockerd --validate --config-file "$file"
    exit
fi
told=$(timeout 10 dockerd --config-file "$file" --log-driver none 2>&1)
case $told in
*"specified both as a flag and in the configuration file: log-driver"*) exit 0 ;;
esac
printf '%s\n' "$told" | tail -n 3
exit 1
