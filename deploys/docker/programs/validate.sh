# Lets the engine itself check daemon.json. Before 23.0 it has no option for that; there, a flag that the file sets
# too ends it as soon as it has read the file and knows every key. Prints the reason where it refuses the file.
file=/etc/docker/daemon.json
if dockerd --help | grep -q -- --validate; then
    dockerd --validate --config-file "$file"
    exit
fi
output=$(timeout 10 dockerd --config-file "$file" --log-driver none 2>&1)
case $output in
*"specified both as a flag and in the configuration file: log-driver"*) exit 0 ;;
esac
printf '%s\n' "$output" | tail -n 3
exit 1
