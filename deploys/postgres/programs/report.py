#!/usr/bin/python3
"""Show what costs the database server most, as tables (read-only).

report          print tables
report --json   print one JSON object

cluster.env beside it names the server's programs and port.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

CLUSTER = "/usr/local/lib/rigwright/postgres/cluster.env"
ROWS = 20
READ_WHOLE_ROWS = 10000
STATEMENTS = """
SELECT d.datname AS database, r.rolname AS role, s.calls, round(s.total_exec_time::numeric, 1) AS total_ms,
    round(s.mean_exec_time::numeric, 2) AS mean_ms, s.rows,
    left(regexp_replace(s.query, '[[:space:]]+', ' ', 'g'), 200) AS statement
FROM pg_stat_statements s LEFT JOIN pg_database d ON d.oid = s.dbid LEFT JOIN pg_roles r ON r.oid = s.userid
ORDER BY s.total_exec_time DESC LIMIT {rows}
"""
# A dead row keeps its place until a vacuum frees it for others; the size is the table's by the share of rows.
DEAD_ROWS = """
SELECT format('%I.%I', schemaname, relname) AS table, n_live_tup AS live_rows, n_dead_tup AS dead_rows,
    round(100.0 * n_dead_tup / (n_live_tup + n_dead_tup), 1) AS dead_percent,
    (pg_relation_size(relid)::numeric * n_dead_tup / (n_live_tup + n_dead_tup))::bigint AS dead_bytes,
    date_trunc('second', greatest(last_vacuum, last_autovacuum)) AS vacuumed
FROM pg_stat_user_tables WHERE n_dead_tup > 0 ORDER BY dead_bytes DESC, 1 LIMIT {rows}
"""
# What keeps rows unique or serves a constraint is of use without ever being read.
UNUSED_INDEXES = """
SELECT format('%I.%I', s.schemaname, s.relname) AS table, s.indexrelname AS index,
    pg_relation_size(s.indexrelid) AS bytes
FROM pg_stat_user_indexes s JOIN pg_index i USING (indexrelid)
WHERE s.idx_scan = 0 AND NOT i.indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = s.indexrelid)
ORDER BY bytes DESC, 1, 2 LIMIT {rows}
"""
READ_WHOLE = """
SELECT format('%I.%I', schemaname, relname) AS table, seq_scan AS times, seq_tup_read / seq_scan AS rows_each,
    coalesce(idx_scan, 0) AS by_index
FROM pg_stat_user_tables WHERE seq_scan > 0 AND seq_tup_read / seq_scan >= {whole}
ORDER BY seq_tup_read DESC, 1 LIMIT {rows}
"""
PARTS = (
    ("dead_rows", "Dead rows, most space first", DEAD_ROWS),
    ("unused_indexes", "Indexes that no query read, largest first", UNUSED_INDEXES),
    ("read_whole", "Large tables that were read whole: an index may be missing", READ_WHOLE),
)
DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"
SINCE = """
SELECT date_trunc('second', coalesce(stats_reset, pg_postmaster_start_time())) AS since
FROM pg_stat_database WHERE datname = current_database()
"""


def cluster() -> dict[str, str]:
    """The values of cluster.env, by name."""
    with open(CLUSTER) as file:
        pairs = (line.rstrip("\n").partition("=") for line in file)
        return {name: value for name, _, value in pairs}


def select(query: str, database: str = "postgres") -> Any:
    """The rows that a query returns."""
    query = query.format(rows=ROWS, whole=READ_WHOLE_ROWS)
    server = cluster()
    # In the environment a database's name is nothing but a name.
    environment = {
        **os.environ,
        "PGDATABASE": database,
        "PGHOST": "/run/postgresql",
        "PGPORT": server["port"],
        "PGOPTIONS": "-c timezone=UTC",
    }
    psql = (f"{server['programs']}/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")
    done = subprocess.run(
        ["runuser", "-u", "postgres", "--", *psql],
        input=f"SELECT coalesce(json_agg(one), '[]') FROM ({query}) AS one;",  # noqa: S608  queries of this file
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        cwd="/",
        env=environment,
    )
    if done.returncode:
        sys.exit(done.returncode)
    return json.loads(done.stdout)


def report() -> dict[str, Any]:
    """All tables, those of each database below its name."""
    found: dict[str, Any] = {"statements": select(STATEMENTS), "databases": {}}
    for database in (one["datname"] for one in select(DATABASES)):
        parts = {name: select(query, database) for name, _, query in PARTS}
        found["databases"][database] = {"since": select(SINCE, database)[0]["since"], **parts}
    return found


def table(title: str, rows: list[dict[str, Any]]) -> None:
    """Print rows below their names, each column as wide as it needs."""
    print(f"\n{title}")
    if not rows:
        print("  none")
        return
    lines = [list(rows[0])]
    lines += [["" if value is None else str(value) for value in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  " + "  ".join(cells).rstrip())


def main() -> None:
    """Print the report."""
    if os.geteuid():
        sys.exit("run this as root")
    found = report()
    if sys.argv[1:] == ["--json"]:
        print(json.dumps(found, indent=1))
        return
    table("Statements, most time first", found["statements"])
    for database, parts in found["databases"].items():
        print(f"\nDatabase {database}, counted since {parts['since']}")
        for name, title, _ in PARTS:
            table(title, parts[name])


if __name__ == "__main__":
    main()
