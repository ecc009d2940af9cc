# A scratch cluster that is restored beside the running one: nothing but postgres on this host reaches it, and it
# archives nothing. Programs that source this run as postgres; values.env, beside it on the host, says where.
# shellcheck source=/dev/null
. /usr/local/lib/rigwright/backup/values.env
: "${programs:?}" "${scratch:?}" "${config:?}" "${stanza:?}" "${tools:?}"
# Given where it is not the repository of values.env that is restored from, such as the second place's.
config=${repository_config:-$config}
export LC_ALL=C PATH="$programs:/usr/bin:/bin" PGUSER=postgres PGHOST="$scratch" PGPORT=5432

clear_away() {
    [ ! -e "$scratch/data/postmaster.pid" ] || pg_ctl -D "$scratch/data" -m immediate -s stop >&2 || :
    rm -rf "$scratch/data" "$scratch/tablespaces" "$scratch/databases" "$scratch/log"
}

# Restores with these options of pgBackRest's, starts, and returns when the target is reached. With lasting=yes its
# files become the server's own: they are safe on disk, and one that was killed is taken up again.
restore() {
    [ "${lasting:-no}" = yes ] || clear_away
    mkdir -p "$scratch/data" "$scratch/tablespaces"
    rm -f "$scratch/log"
    case " $* " in
        *" --type=default "*) ;;
        *) set -- --target-action=promote "$@" ;;
    esac
    pgbackrest --config="$config" --stanza="$stanza" --log-level-console=warn --pg1-path="$scratch/data" \
        --tablespace-map-all="$scratch/tablespaces" --archive-mode=off "$@" restore >&2
    printf 'local all all peer map=scratch\n' >"$scratch/hba.conf"
    printf 'scratch postgres postgres\n' >"$scratch/ident.conf"
    cat >"$scratch/postgresql.conf" <<END
data_directory = '$scratch/data'
hba_file = '$scratch/hba.conf'
ident_file = '$scratch/ident.conf'
listen_addresses = ''
unix_socket_directories = '$scratch'
archive_mode = off
hot_standby = off
shared_buffers = 64MB
jit = off
END
    [ "${lasting:-no}" = yes ] ||
        printf 'fsync = off\nfull_page_writes = off\n' >>"$scratch/postgresql.conf"
    started
}

# Starts what is restored, and returns when it recovers no more.
started() {
    pg_ctl -D "$scratch/data" -s -l "$scratch/log" -o "-c config_file=$scratch/postgresql.conf" -t 30 start >&2 || :
    # pg_ctl may return before the target is reached: the server itself says when it recovers no more.
    until [ "$(psql -X -q -A -t -d postgres -c 'SELECT pg_is_in_recovery()' 2>/dev/null)" = f ]; do
        pg_ctl -D "$scratch/data" status >/dev/null || {
            tail -n 20 "$scratch/log" >&2
            return 1
        }
        sleep 0.5
    done
}

# Exits 1 with the way out where the backups are of another major version: only its own server reads such files.
same_version() {
    here=${programs%/bin}
    here=${here##*/}
    there=$(pgbackrest --config="$config" --stanza="$stanza" --log-level-console=warn --output=json info |
        grep -o '"system-id":[0-9]*,"version":"[^"]*"' | tail -n 1 | cut -d '"' -f 6)
    [ -z "$there" ] || [ "$there" = "$here" ] || {
        echo "the backups are of PostgreSQL $there, and this host has $here: give it version $there, or restore a dump" >&2
        return 1
    }
}
