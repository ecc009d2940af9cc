"""A dump restored into a cluster of the test's own, and the catalogs of a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.postgres_target import PostgresTarget

AS_POSTGRES = "cd / && runuser -u postgres -- env PATH=$(echo /usr/lib/postgresql/*/bin):/usr/bin:/bin"
SCRATCH = "/var/tmp/scratch-of-the-test"
RESTORE = f"""
set -eu
initdb -D {SCRATCH}/data -U postgres --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
options="-c listen_addresses= -c unix_socket_directories={SCRATCH}"
pg_ctl -D {SCRATCH}/data -s -w -l {SCRATCH}/log -o "$options" start
export PGHOST={SCRATCH} PGUSER=postgres
psql -X -q -d template1 -f "$1/globals.sql" >/dev/null 2>{SCRATCH}/errors
grep -v 'role "postgres" already exists' {SCRATCH}/errors >&2 && exit 1
psql -X -q -d template1 -c 'DROP DATABASE postgres'
while read -r database; do
    pg_restore --create -f - "$1/$database.dump" | psql -X -q -v ON_ERROR_STOP=1 -d template1 >/dev/null
done <"$1/databases"
"""
GLOBAL = """
SELECT rolname, rolconnlimit, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolbypassrls,
    rolreplication, rolpassword, rolvaliduntil FROM pg_authid WHERE oid >= 16384 ORDER BY rolname;
SELECT pg_get_userbyid(roleid), pg_get_userbyid(member), admin_option FROM pg_auth_members ORDER BY 1, 2;
SELECT d.datname, pg_get_userbyid(s.setrole), s.setconfig FROM pg_db_role_setting s
    LEFT JOIN pg_database d ON d.oid = s.setdatabase ORDER BY 1, 2;
SELECT datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datconnlimit,
    (SELECT array_agg(one::text ORDER BY one::text) FROM unnest(datacl) AS one)
    FROM pg_database WHERE NOT datistemplate ORDER BY 1;
"""
LOCAL = """
SELECT nspname, pg_get_userbyid(nspowner),
    (SELECT array_agg(one::text ORDER BY one::text) FROM unnest(nspacl) AS one)
    FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1;
SELECT c.oid::regclass, c.relkind, pg_get_userbyid(c.relowner),
    (SELECT array_agg(one::text ORDER BY one::text) FROM unnest(c.relacl) AS one)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^(pg_|information_schema)' ORDER BY c.oid::regclass::text;
SELECT attrelid::regclass, attname, atttypid::regtype, attnotnull, attacl FROM pg_attribute
    JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^(pg_|information_schema)' AND attnum > 0 ORDER BY attrelid::regclass::text, attnum;
SELECT pg_get_userbyid(defaclrole), defaclnamespace::regnamespace, defaclobjtype,
    (SELECT array_agg(one::text ORDER BY one::text) FROM unnest(defaclacl) AS one)
    FROM pg_default_acl ORDER BY 1, 2, 3;
SELECT extname, extversion FROM pg_extension ORDER BY 1;
SELECT sequencename, last_value FROM pg_sequences ORDER BY 1;
SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM %s AS t',
    c.oid::regclass, c.oid::regclass)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)' ORDER BY c.oid::regclass::text \\gexec
"""


@contextmanager
def restored(target: PostgresTarget, dump: str) -> Iterator[str]:
    """A cluster with the dump in it: where psql finds it."""
    target.sh(f"rm -rf {SCRATCH}; install -d -o postgres -m 700 {SCRATCH}")
    target.sh(f"cat >/var/tmp/restore-of-the-test <<'END'\n{RESTORE}\nEND")
    try:
        target.sh(f"{AS_POSTGRES} sh /var/tmp/restore-of-the-test {dump}")
        yield SCRATCH
    finally:
        stop = f"{AS_POSTGRES} pg_ctl -D {SCRATCH}/data -m immediate -s stop"
        target.sh(f"{stop}; rm -rf {SCRATCH}", check=False)


def shown_by_catalogs(target: PostgresTarget, socket: str) -> str:
    """Roles, memberships, settings, owners, rights, definitions and rows of every database."""
    psql = f"{AS_POSTGRES} PGHOST={socket} psql -X -q -A -t -v ON_ERROR_STOP=1"

    def query(database: str, statements: str) -> str:
        return target.sh(f"{psql} -d {database} <<'SQL'\n{statements}\nSQL")

    names = query("template1", "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
    local = (f"in {name}\n{query(name, LOCAL)}" for name in names.splitlines())
    return "\n".join((query("template1", GLOBAL), *local))
