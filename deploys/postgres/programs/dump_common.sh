# What the dump and its restore share. cluster.env, beside it on the host, names the server and the folder of dumps.
tools=/usr/local/lib/rigwright/postgres
# shellcheck source=/dev/null
. $tools/cluster.env
: "${programs:?}" "${port:?}" "${directory:?}" "${keep_days:?}"
export LC_ALL=C PATH="$programs:/usr/bin:/bin" PGPORT="$port" PGUSER=postgres

# Puts the second argument into the file of that name beside the dumps, whole or not at all.
record() {
    printf '%s\n' "$2" >"$directory/.$1.new"
    mv -f "$directory/.$1.new" "$directory/$1"
}

# The names of whole dumps, oldest first: a folder with a time for a name is never half of one.
dumps() { find "$directory" -maxdepth 1 -name '[0-9]*Z' -printf '%f\n' | grep -xE '[0-9]{8}T[0-9]{6}Z' | sort; }

# Runs rows.sql or roles.sql in a database, and stops at its first error.
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$2" -f "$tools/$1.sql"; }

# Without comments and the random mark of newer versions, which differ each time.
plain() { grep -vE '^(--|.(un)?restrict )' "$@"; }
