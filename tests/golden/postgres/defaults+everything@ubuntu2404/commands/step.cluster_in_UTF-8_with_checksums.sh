# The package makes the cluster in the locale of whoever installs it; initdb writes that into its configuration.
# One in UTF-8 gets checksums, any other is made anew. The old one goes when the new one stands: killed in
# between, the next run goes on.
set -eu
data=/var/lib/postgresql/16/main
new=$data.rigwright-new old=$data.rigwright-old
cd /
if [ -s "$data/PG_VERSION" ] && grep -q "^lc_messages = 'C.UTF-8'" /etc/postgresql/16/main/postgresql.conf; then
    exec runuser -u postgres -- /usr/lib/postgresql/16/bin/pg_checksums --enable -D "$data" >/dev/null
fi
rm -rf "$new"
runuser -u postgres -- /usr/lib/postgresql/16/bin/initdb -D "$new" --encoding=UTF8 --locale=C.UTF-8 --data-checksums \
    --auth-local=peer --auth-host=reject >/dev/null
rm -f "$new/postgresql.conf" "$new/pg_hba.conf" "$new/pg_ident.conf"
[ ! -e "$data" ] || mv -T "$data" "$old"
mv -T "$new" "$data"
rm -rf "$old"
