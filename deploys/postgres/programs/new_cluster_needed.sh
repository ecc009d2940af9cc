# Exits 0 when there is no cluster of this name, or it is one in which nothing was ever made, with its data elsewhere.
# programs: the folder of the server's programs; data, configuration: the cluster's folders; unit: its unit
set -u
: "${programs:?}" "${data:?}" "${configuration:?}" "${unit:?}"
[ -e "$configuration/postgresql.conf" ] || exit 0
now=$(sed -n "s/^[[:space:]]*data_directory[[:space:]]*=[[:space:]]*'\([^']*\)'.*/\1/p" "$configuration/postgresql.conf" | tail -n 1)
[ "$now" != "$data" ] && [ -n "$now" ] && [ ! -e "$data/PG_VERSION" ] || exit 1
! systemctl is-active -q "$unit" || exit 1
control=$(LC_ALL=C "$programs/pg_controldata" "$now") || exit 1
number=$(printf '%s\n' "$control" | sed -n "s/^Latest checkpoint's NextOID: *//p")
[ "${number:-99999}" -lt 16384 ]
