# Exits 0 when the cluster is the package's own, in which nothing was ever made, and is not as expected; else 1.
# Object numbers below 16384 are initdb's: PostgreSQL never gives one of them to what is made later.
# programs: the folder of the server's programs; data: the cluster's folder; unit: its unit
set -u
: "${programs:?}" "${data:?}" "${unit:?}"
[ -s "$data/PG_VERSION" ] || { [ -d "$data.rigwright-old" ] && exit 0; exit 1; }
! systemctl is-active -q "$unit" || exit 1
[ ! -e "$data/postmaster.pid" ] || exit 1
control=$(LC_ALL=C "$programs/pg_controldata" "$data") || exit 1
number=$(printf '%s\n' "$control" | sed -n "s/^Latest checkpoint's NextOID: *//p")
sums=$(printf '%s\n' "$control" | sed -n 's/^Data page checksum version: *//p')
[ "${number:-99999}" -lt 16384 ] && [ "$sums" = 0 ]
