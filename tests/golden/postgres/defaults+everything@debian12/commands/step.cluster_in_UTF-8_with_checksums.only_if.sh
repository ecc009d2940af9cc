# Exits 0 when the cluster is the package's own, in which nobody ever made anything, and is not as wanted.
# Object numbers below 16384 are initdb's: PostgreSQL never gives one of them to what is made later.
set -u
data=/var/lib/postgresql/15/main
[ -s "$data/PG_VERSION" ] || { [ -d "$data.rigwright-old" ] && exit 0; exit 1; }
! systemctl is-active -q postgresql@15-main.service || exit 1
[ ! -e "$data/postmaster.pid" ] || exit 1
told=$(LC_ALL=C /usr/lib/postgresql/15/bin/pg_controldata "$data") || exit 1
number=$(printf '%s\n' "$told" | sed -n "s/^Latest checkpoint's NextOID: *//p")
sums=$(printf '%s\n' "$told" | sed -n 's/^Data page checksum version: *//p')
[ "${number:-99999}" -lt 16384 ] && [ "$sums" = 0 ]
