# Lets the server read all of its configuration; it stops before it touches the data.
# programs: the folder of its programs; data, configuration: the cluster's folders
: "${programs:?}" "${data:?}" "${configuration:?}"
cd / || exit 1
exec runuser -u postgres -- "$programs/postgres" -C shared_buffers -D "$data" -c config_file="$configuration/postgresql.conf"
