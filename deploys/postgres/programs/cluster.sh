# Gives the package's empty cluster checksums, or makes it anew in UTF-8 where it is in another encoding.
# The package makes it in the locale of the session that installs it; initdb writes that into its configuration.
# The old one goes when the new one stands: killed in between, the next run goes on.
# programs: the folder of the server's programs; data, configuration: the cluster's folders
set -eu
: "${programs:?}" "${data:?}" "${configuration:?}"
new=$data.rigwright-new old=$data.rigwright-old
cd /
if [ -s "$data/PG_VERSION" ] && grep -q "^lc_messages = 'C.UTF-8'" "$configuration/postgresql.conf"; then
    exec runuser -u postgres -- "$programs/pg_checksums" --enable -D "$data" >/dev/null
fi
rm -rf "$new"
runuser -u postgres -- "$programs/initdb" -D "$new" --encoding=UTF8 --locale=C.UTF-8 --data-checksums \
    --auth-local=peer --auth-host=reject >/dev/null
rm -f "$new/postgresql.conf" "$new/pg_hba.conf" "$new/pg_ident.conf"
[ ! -e "$data" ] || mv -T "$data" "$old"
mv -T "$new" "$data"
rm -rf "$old"
