# Makes the cluster with its name and folder. The package's own goes where nothing was ever made in it: it would hold
# the port, or the name.
# programs, version, name: which; data, configuration: the cluster's folders; port
set -eu
: "${programs:?}" "${version:?}" "${name:?}" "${data:?}" "${configuration:?}" "${port:?}"
cd /
# pristine NAME: whether this cluster is stopped, and holds only what initdb makes
pristine() {
    folder=$(sed -n "s/^[[:space:]]*data_directory[[:space:]]*=[[:space:]]*'\([^']*\)'.*/\1/p" \
        "/etc/postgresql/$version/$1/postgresql.conf" 2>/dev/null | tail -n 1)
    [ -n "$folder" ] && [ ! -e "$folder/postmaster.pid" ] || return 1
    number=$(LC_ALL=C "$programs/pg_controldata" "$folder" | sed -n "s/^Latest checkpoint's NextOID: *//p")
    [ "${number:-99999}" -lt 16384 ]
}
for one in main "$name"; do
    if pristine "$one"; then pg_dropcluster "$version" "$one"; fi
done
[ ! -e "$configuration/postgresql.conf" ] || { echo "the cluster $version/$name has its data elsewhere" >&2; exit 1; }
[ ! -e "$data/PG_VERSION" ] || { echo "$data holds a cluster without a configuration: pg_createcluster $version $name -d $data" >&2; exit 1; }
pg_createcluster "$version" "$name" --datadir "$data" --port "$port" --locale C.UTF-8 --encoding UTF8 \
    -- --data-checksums --auth-local=peer --auth-host=reject >/dev/null
